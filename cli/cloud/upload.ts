import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { planUpload, type UploadPlan, uploadSource } from '../../lib/cloud/upload-source';
import { PermanentError } from '../../lib/contracts/errors';
import { LocalFiles } from '../../lib/sources/local-files';
import { openUploadTarget } from '../../lib/store/s3-upload-target';
import { quoteForShell } from '../command-text';
import { formatBytes } from '../display/bytes';
import type { Terminal } from '../terminal';
import { type DeployedPipeline, stackFlag } from './open-deployed-pipeline';

interface UploadRequest {
  /** A folder or a file, as the user gave it. */
  readonly source: string;
  /** @default the name of the folder or the file */
  readonly name: string | undefined;
  /** Say what would be sent, and send nothing. */
  readonly isDryRun: boolean;
  readonly isJson: boolean;
}

/** Of the files in the text of a dry run. */
const maxNamed = 20;

/** Sends a local dataset to the bucket of the stack, where an execution can read it. */
export async function uploadCommand(
  { source, name, isDryRun, isJson }: UploadRequest,
  { stack }: DeployedPipeline,
  terminal: Terminal,
): Promise<void> {
  refuseRemote(source);
  const files = await LocalFiles.open(source);
  const isFolder = statSync(source).isDirectory();
  const target = openUploadTarget(stack.bucketName, stack.region);
  const plan = await planUpload(files, { name: name ?? basename(resolve(source)), isFolder }, target);
  const { address, items, bytes, strayKeys } = plan;
  if (strayKeys.length > 0) {
    terminal.report({ type: 'note', message: describeStrays(strayKeys, address) });
  }
  if (isDryRun) {
    terminal.print(isJson ? JSON.stringify(toJson(plan), null, 2) : describeDryRun(plan));
    return;
  }
  const what = `${count(items.length, 'file')}, ${formatBytes(bytes)}`;
  terminal.report({ type: 'note', message: `Uploading ${what}, to ${address}` });
  const outcome = await uploadSource(files, plan, target, {
    signal: terminal.signal,
    onProgress: (progress) => terminal.report({ type: 'upload-progress', ...progress }),
  });
  if (isJson) {
    terminal.print(JSON.stringify({ dataset: address, bytes, ...outcome }, null, 2));
    return;
  }
  const { sent, kept } = outcome;
  terminal.print(
    [
      `Uploaded ${count(sent, 'file')}; ${kept} were there already.`,
      '',
      `  train with  mnist-pipeline train --cloud --dataset ${quoteForShell(address)}${stackFlag(stack)}`,
    ].join('\n'),
  );
}

function refuseRemote(source: string): void {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return;
  throw new PermanentError(
    'InvalidInput',
    `${JSON.stringify(source)} is an address, and upload takes a folder or a file of this machine. A dataset in S3 needs no upload: give it to train --cloud --dataset.`,
    { evidence: { source } },
  );
}

function toJson({ address, items, bytes, strayKeys }: UploadPlan) {
  const files = items.map(({ file, key, hasSameSize }) => ({
    name: file.name,
    key,
    bytes: file.bytes,
    hasSameSize,
  }));
  return { dataset: address, bytes, files, strayKeys };
}

function describeDryRun({ address, items, bytes }: UploadPlan): string {
  const lines = items
    .slice(0, maxNamed)
    .map(
      ({ file, hasSameSize }) =>
        `  ${formatBytes(file.bytes).padStart(9)}  ${file.name}${hasSameSize ? '  (same size there: sent only if it differs)' : ''}`,
    );
  const rest = items.length > maxNamed ? [`  … and ${count(items.length - maxNamed, 'more file')}`] : [];
  const sent = items.filter(({ hasSameSize }) => !hasSameSize);
  const sentBytes = sent.reduce((sum, { file }) => sum + file.bytes, 0);
  return [
    `${count(items.length, 'file')}, ${formatBytes(bytes)}, would be in ${address}`,
    ...lines,
    ...rest,
    `Nothing was sent. At least ${count(sent.length, 'file')} would be, ${formatBytes(sentBytes)}.`,
  ].join('\n');
}

function describeStrays(keys: readonly string[], address: string): string {
  const examples = keys
    .slice(0, 3)
    .map((key) => JSON.stringify(key))
    .join(', ');
  return `${count(keys.length, 'object')} in ${address} ${keys.length === 1 ? 'is' : 'are'} not among the files, and a training reads them too: ${examples}${keys.length > 3 ? ', …' : ''}. Delete them there, or give another --name.`;
}

const count = (value: number, noun: string) =>
  `${value.toLocaleString('en')} ${noun}${value === 1 ? '' : 's'}`;
