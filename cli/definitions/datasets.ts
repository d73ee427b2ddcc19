import { Argument, type Command } from 'commander';
import type { SourceFlags } from '../choose-store';
import type { Terminal } from '../terminal';
import {
  addCommand,
  addExamples,
  cloudOption,
  jsonOption,
  quietOption,
  stackOption,
  storeOption,
} from './options';
import { datasetOptions } from './setting-options';

export function defineDatasets(program: Command, terminal: Terminal): void {
  addCommand(program, 'datasets', 'list the datasets that are built in, and those that are prepared')
    .addOption(storeOption())
    .addOption(cloudOption('those that the deployed pipeline has prepared'))
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (flags: SourceFlags & { json?: boolean }) => {
      const { datasetsCommand } = await import('../commands/datasets');
      const { chooseStore } = await import('../choose-store');
      await datasetsCommand({ store: await chooseStore(flags), isJson: flags.json ?? false }, terminal);
    });
}

interface InspectFlags extends Readonly<Record<string, unknown>> {
  readonly out?: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

export function defineInspect(program: Command, terminal: Terminal): void {
  const command = addCommand(
    program,
    'inspect',
    'look at a dataset before a training: counts, values, sizes, and a page with examples',
  )
    .addArgument(new Argument('<source>', 'a built-in dataset, a file, a folder, or s3://bucket/prefix'))
    .option('--out <file>', 'the HTML page to write (default: inspect-<name>.html)')
    .option('--open', 'open the page in the browser')
    .addOption(jsonOption())
    .addOption(quietOption())
    .optionsGroup('Data, as for train:');
  for (const option of datasetOptions()) command.addOption(option);
  addExamples(command, [
    ['mnist-pipeline inspect ./my-digits --open', 'a page with examples of each class'],
    ['mnist-pipeline inspect letters --transpose', 'as a training with this setting gets them'],
  ]);
  command.action(
    async (source: string, { out, open = false, json = false, quiet, ...given }: InspectFlags) => {
      const { inspectCommand } = await import('../commands/inspect');
      const settings = { ...given, dataset: source };
      await inspectCommand({ settings, pagePath: out, isOpened: open, isJson: json }, terminal);
    },
  );
}

interface UploadFlags {
  readonly name?: string;
  readonly dryRun?: boolean;
  readonly stack?: string;
  readonly json?: boolean;
}

export function defineUpload(program: Command, terminal: Terminal): void {
  const command = addCommand(
    program,
    'upload',
    'upload a dataset to AWS, for "train --cloud"; can be resumed',
  )
    .argument('<source>', 'a folder or a file')
    .option('--name <name>', 'its name there (default: that of the folder or file)')
    .option('--dry-run', 'list what would be sent, and send nothing')
    .addOption(stackOption())
    .addOption(jsonOption())
    .addOption(quietOption());
  addExamples(command, [
    ['mnist-pipeline upload ./my-digits', 'to s3://BUCKET/uploads/my-digits'],
    ['mnist-pipeline upload digits.npz --dry-run', 'only what would be sent'],
  ]);
  command.action(async (source: string, { name, stack, dryRun = false, json = false }: UploadFlags) => {
    const { uploadCommand } = await import('../cloud/upload');
    const { openDeployedPipeline } = await import('../cloud/open-deployed-pipeline');
    const request = { source, name, isDryRun: dryRun, isJson: json };
    await uploadCommand(request, await openDeployedPipeline(stack), terminal);
  });
}
