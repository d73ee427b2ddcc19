import type { Command } from 'commander';
import type { Terminal } from '../terminal';
import { addCommand, addExamples, jsonOption, quietOption, stackOption } from './options';

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
