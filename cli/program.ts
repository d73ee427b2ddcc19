import { Command, Option, type OutputConfiguration } from 'commander';
import type { SourceFlags } from './choose-store';
import {
  addCloudCommands,
  addCloudTrainOptions,
  type CloudTrainFlags,
  cloudOption,
  refuseCloudFlags,
  stackOption,
  trainInCloudFromFlags,
} from './cloud/cloud-commands';
import { addCompare, addEvaluate, addServe } from './commands/model-commands';
import { modelSourceHelp, numberOrText, numbersOrTexts } from './flag-values';
import type { Terminal } from './terminal';

const exitCodesHelp = `
Exit codes: 0 done · 1 a bug · 2 something to fix (a setting, the dataset, the store) · 3 below --min-accuracy
            4 the training diverged · 75 a temporary failure · 129, 130 or 143 stopped by a signal`;

/**
 * Every command with its flags; unknown ones are refused with a suggestion. A command's action imports what it works
 * with, so that no command waits for the libraries of the others.
 */
export function createProgram(version: string, terminal: Terminal, output: OutputConfiguration): Command {
  const program = new Command('mnist-pipeline')
    .description(
      'Trains, evaluates and reports an image classifier: on this machine, or as a workflow on AWS.',
    )
    .version(version)
    .exitOverride()
    .configureOutput(output)
    .showHelpAfterError('Run "mnist-pipeline help" to see what is there.')
    .addHelpText('after', exitCodesHelp);
  addTrain(program, terminal);
  addRuns(program, terminal);
  addShow(program, terminal);
  addPredict(program, terminal);
  addEvaluate(program, terminal);
  addCloudCommands(program, terminal);
  addCompare(program, terminal);
  addServe(program, terminal);
  addDoctor(program, terminal);
  return program;
}

const storeOption = () =>
  new Option('--store <location>', 'a folder, or s3://bucket/prefix').default('artifacts');
const jsonOption = () => new Option('--json', 'print the result as JSON').default(false);

/** Flags that are settings of the run, named as in the configuration. */
const settingOptions = () => [
  new Option('--dataset <source>', 'mnist, a folder with the four IDX files, or s3://bucket/prefix'),
  new Option('--classes <count>', 'labels are 0 to count-1 (10)').argParser(numberOrText),
  new Option('--epochs <count>', 'passes over the training images (10)').argParser(numberOrText),
  new Option('--batch-size <images>', 'images in one step (512)').argParser(numberOrText),
  new Option('--hidden <units>', 'widths of the hidden layers (1024,512,256)').argParser(numbersOrTexts),
  new Option('--dropout <fraction>', 'dropped before every dense layer (0.1)').argParser(numberOrText),
  new Option(
    '--l2 <factor>',
    'kernel regularization (0); the default configuration suggests 0.0003',
  ).argParser(numberOrText),
  new Option('--learning-rate <rate>', "Adam's step size (0.001)").argParser(numberOrText),
  new Option('--schedule <name>', 'of the learning rate: constant, cosine or plateau (constant)'),
  new Option('--clip-norm <limit>', 'the largest norm of all gradients together (0: any)').argParser(
    numberOrText,
  ),
  new Option('--patience <epochs>', 'stop early, keep the best weights (0: never)').argParser(numberOrText),
  new Option('--checkpoint-steps <steps>', 'between checkpoints (0: after every epoch)').argParser(
    numberOrText,
  ),
  new Option('--seed <integer>', 'for weights, shuffles and dropout (1)').argParser(numberOrText),
  new Option('--engine <name>', 'auto, native or wasm (auto)'),
  new Option('--device <name>', 'auto, cpu or gpu (auto)'),
  new Option('--min-accuracy <fraction>', 'the quality gate on the test accuracy (0)').argParser(
    numberOrText,
  ),
  new Option(
    '--max-cost-usd <dollars>',
    'with --cloud: what the machine that trains may cost (0: any)',
  ).argParser(numberOrText),
  new Option('--resume-from <runId>', 'go on from the newest checkpoint of this run, of the same settings'),
  new Option('--model-name <name>', 'what the model is registered as (mnist-mlp)'),
];

function addTrain(program: Command, terminal: Terminal): void {
  const command = program
    .command('train')
    .description(
      'prepare the dataset, train, evaluate, report; without flags, the default configuration on MNIST',
    )
    .addOption(storeOption())
    .option('--run-id <id>', 'name of the run (made from the time); an unfinished one is continued')
    .option('--config <file>', 'a JSON file with settings; flags win over it')
    .addOption(new Option('--from <model>', `start from its weights: ${modelSourceHelp}`).conflicts('cloud'))
    .addOption(jsonOption())
    .option('--quiet', 'no progress', false)
    .allowExcessArguments(false);
  const settings = settingOptions();
  for (const option of settings) command.addOption(option);
  addCloudTrainOptions(command);
  command.action(async (options: Record<string, unknown>) => {
    const isGiven = (name: string) => options[name] !== undefined;
    const names = settings.map((option) => option.attributeName()).filter(isGiven);
    const flags = Object.fromEntries(names.map((name) => [name, options[name]]));
    const configFile = options['config'] as string | undefined;
    const cloudFlags = options as unknown as CloudTrainFlags;
    const { readGivenSettings, resolveRunConfig } = await import('./settings');
    if (cloudFlags.cloud) {
      return trainInCloudFromFlags(await readGivenSettings(flags, configFile), cloudFlags, terminal);
    }
    refuseCloudFlags(cloudFlags);
    const { openStore } = await import('../lib/store/open-store');
    const store = await openStore(options['store'] as string);
    const from = options['from'] as string | undefined;
    const given = await readGivenSettings(flags, configFile);
    const start = from === undefined ? undefined : await readStart(from, given, store);
    const config = await resolveRunConfig({ ...flags, ...start?.settings }, configFile);
    const runId = options['runId'] as string | undefined;
    const initialWeights = start?.initialWeights;
    const { trainCommand } = await import('./commands/train');
    await trainCommand({ store, config, runId, initialWeights, isJson: options['json'] === true }, terminal);
  });
}

async function readStart(...parameters: Parameters<typeof import('./starting-point').readStartingPoint>) {
  const { readStartingPoint } = await import('./starting-point');
  return readStartingPoint(...parameters);
}

async function chooseStore(flags: SourceFlags) {
  const module = await import('./choose-store');
  return module.chooseStore(flags);
}

interface StoreFlags {
  readonly store: string;
  readonly json: boolean;
}

function addRuns(program: Command, terminal: Terminal): void {
  program
    .command('runs')
    .description('list the runs of a store')
    .addOption(storeOption())
    .addOption(cloudOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .allowExcessArguments(false)
    .action(async (flags: StoreFlags & SourceFlags) => {
      const { runsCommand } = await import('./commands/runs');
      await runsCommand({ store: await chooseStore(flags), isJson: flags.json }, terminal);
    });
}

function addShow(program: Command, terminal: Terminal): void {
  program
    .command('show')
    .description('what a run did')
    .argument('<runId>')
    .addOption(storeOption())
    .addOption(cloudOption())
    .addOption(stackOption())
    .addOption(jsonOption())
    .allowExcessArguments(false)
    .action(async (runId: string, flags: StoreFlags & SourceFlags) => {
      if (flags.cloud) {
        const { openDeployedPipeline } = await import('./cloud/open-deployed-pipeline');
        const { showInCloud } = await import('./cloud/show');
        await showInCloud({ runId, isJson: flags.json }, await openDeployedPipeline(flags.stack), terminal);
        return;
      }
      const { showCommand } = await import('./commands/runs');
      await showCommand({ store: await chooseStore(flags), isJson: flags.json, runId }, terminal);
    });
}

function addPredict(program: Command, terminal: Terminal): void {
  program
    .command('predict')
    .description('classify an image of a digit: PNG, JPEG, WebP, BMP or GIF')
    .argument('<image>', 'of any size; the digit is found, scaled and centered as on the try-it page')
    .addOption(storeOption())
    .option('--run-id <id>', 'use the model of this run (the latest registered one)')
    .option('--model-name <name>', 'use the latest model of this name', 'mnist-mlp')
    .option('--invert', 'read it as a dark digit on a light background, whatever its border says')
    .option('--no-invert', 'read it as a light digit on a dark background')
    .option('--raw', "give the model the image as it is, of the model's input size and light on dark", false)
    .addOption(jsonOption())
    .allowExcessArguments(false)
    .action(
      async (
        imagePath: string,
        options: StoreFlags & { runId?: string; modelName: string; invert?: boolean; raw: boolean },
      ) => {
        const { predictCommand } = await import('./commands/predict');
        const { openStore } = await import('../lib/store/open-store');
        await predictCommand(
          {
            store: await openStore(options.store),
            isJson: options.json,
            imagePath,
            runId: options.runId,
            modelName: options.modelName,
            isInverted: options.invert,
            isRaw: options.raw,
          },
          terminal,
        );
      },
    );
}

function addDoctor(program: Command, terminal: Terminal): void {
  program
    .command('doctor')
    .description('what this machine has, and how to get what is missing')
    .addOption(jsonOption())
    .allowExcessArguments(false)
    .action(async ({ json }: { json: boolean }) => {
      const { doctorCommand } = await import('./commands/doctor');
      await doctorCommand({ isJson: json }, terminal);
    });
}
