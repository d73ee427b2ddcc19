import { Command, type OutputConfiguration } from 'commander';
import { defineFetch, defineFollow, defineRedrive, defineStop } from './definitions/cloud';
import { defineCompare } from './definitions/compare';
import { defineDatasets, defineInspect, defineUpload } from './definitions/datasets';
import { defineDoctor } from './definitions/doctor';
import { defineEvaluate } from './definitions/evaluate';
import { definePredict } from './definitions/predict';
import { defineOpen, defineRuns, defineShow } from './definitions/runs';
import { defineServe } from './definitions/serve';
import { defineCompletion, defineHelp, defineSchema } from './definitions/setup';
import { defineSweep } from './definitions/sweep';
import { defineTrain } from './definitions/train';
import type { Terminal } from './terminal';

const exitCodesHelp = `
Exit codes: 0 done · 1 a bug · 2 invalid input or environment · 3 below --min-accuracy
            4 the training diverged · 75 a temporary failure · 129, 130 or 143 stopped by a signal`;

/** By the title of each group in the help. */
const commandGroups = {
  'Train and inspect:': [defineTrain, defineSweep, defineRuns, defineShow, defineCompare, defineOpen],
  'Datasets:': [defineDatasets, defineInspect, defineUpload],
  'Use a model:': [definePredict, defineServe, defineEvaluate],
  'Runs on AWS (started by "train --cloud"):': [defineFollow, defineStop, defineRedrive, defineFetch],
  'Set up:': [defineDoctor, defineSchema, defineCompletion, defineHelp],
};

/**
 * Every command with its options. An action loads the code that it needs, so that no command waits for the libraries of
 * the others.
 */
export function createProgram(version: string, terminal: Terminal, output: OutputConfiguration): Command {
  const program = new Command('mnist-pipeline')
    .description(
      'Trains, evaluates and reports an image classifier: on this machine, or as a workflow on AWS.',
    )
    .version(version)
    // Of "sweep show", the options after "show" are its own.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput(output)
    .configureHelp({ styleTitle: terminal.styles.bold })
    .showHelpAfterError('Run "mnist-pipeline help" for the commands.')
    .addHelpText('after', exitCodesHelp);
  for (const [title, definitions] of Object.entries(commandGroups)) {
    program.commandsGroup(title);
    for (const define of definitions) define(program, terminal);
  }
  return program;
}
