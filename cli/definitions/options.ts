import { Argument, type Command, Option } from 'commander';
import { defaultStore } from '../command-text';

/** Options and arguments that several commands share: each is worded once. */
export const storeOption = () =>
  new Option('--store <location>', 'a folder, or s3://bucket/prefix').default(defaultStore);
export const cloudOption = (description: string) => new Option('--cloud', description).conflicts('store');
export const stackOption = () =>
  new Option('--stack <name>', 'the deployed stack (default: $MNIST_PIPELINE_STACK, or MnistPipeline)');
export const jsonOption = () => new Option('--json', 'print the result as JSON');
export const quietOption = () => new Option('--quiet', 'no progress and no notes');
export const computeOption = () =>
  new Option('--compute <name>', "gpu or cpu (default: the deployment's first)");
export const detachOption = (noun: 'run' | 'sweep' = 'run') =>
  new Option('--detach', `start the ${noun} without following it`);
export const modelNameOption = () =>
  new Option(
    '--model-name <name>',
    'the latest registered model of this name (default: the one that was registered last)',
  );
/** The flag that was there before the argument; both mean the same. */
export const runIdFlag = (description = 'the same as the argument') =>
  new Option('--run-id <id>', description);

export const runIdHelp = 'a run id, "latest", "best", or the unique beginning of an id';

export const runIdArgument = () => new Argument('<runId>', runIdHelp);
export const optionalRunIdArgument = (byDefault: string) =>
  new Argument('[runId]', `${runIdHelp} (default: ${byDefault})`);

/** How a flag or an argument that takes a model is described. */
export const modelSourceHelp =
  'a run ("latest" and "best" too), an .h5 or .keras file of Keras, or a model.json';

/** A new command, whose errors point to its own help. */
export function addCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .allowExcessArguments(false)
    .showHelpAfterError(`Run "mnist-pipeline help ${name}" for its arguments and options.`);
}

/** Examples at the end of a command's help. */
export function addExamples(command: Command, examples: readonly (readonly [string, string])[]): void {
  const width = Math.max(...examples.map(([text]) => text.length));
  const lines = examples.map(([text, meaning]) => `  ${text.padEnd(width)}  ${meaning}`);
  command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
