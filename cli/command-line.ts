import { CommanderError } from 'commander';
import { PipelineError } from '../lib/contracts/errors';
import { shortenMessage } from '../lib/contracts/shorten';
import { version } from '../package.json';
import { createProgressReporter, type ProgressStream } from './display/progress-reporter';
import { createStyles, hasColors } from './display/styles';
import { exitCodeFor } from './exit-codes';
import { createProgram } from './program';
import type { Terminal } from './terminal';

export interface ProcessStreams {
  /** Results. */
  readonly out: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  /** Progress and errors. */
  readonly err: ProgressStream;
  /** Aborted when the user or the system stops the program. */
  readonly signal: AbortSignal;
}

/**
 * Runs one command.
 *
 * @param args - the command's arguments, without the paths of Node and the program.
 * @returns the exit code.
 */
export async function runCommandLine(
  args: readonly string[],
  { out, err, signal }: ProcessStreams,
): Promise<number> {
  const progress = createProgressReporter(err, { isQuiet: args.includes('--quiet') });
  const terminal: Terminal = {
    print: (text) => out.write(`${text}\n`),
    report: progress.report,
    styles: createStyles(out, process.env),
    columns: out.isTTY ? out.columns : undefined,
    signal,
    now: () => new Date(),
  };
  const output = {
    writeOut: (text: string) => out.write(text),
    // Commander repeats the user's arguments, which can be long.
    outputError: (text: string, write: (text: string) => void) => write(shortenMessage(text)),
    writeErr: (text: string) => err.write(text),
    getOutHasColors: () => hasColors(out, process.env),
    getErrHasColors: () => hasColors(err, process.env),
  };
  const { red } = createStyles(err, process.env);
  const program = createProgram(version, terminal, output);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCodeFor(undefined, undefined);
  } catch (error) {
    progress.close();
    // Commander has already written its own message. An expected failure shows its message, a bug its stack trace.
    if (error instanceof PipelineError) err.write(`\n${red(error.name)}: ${error.message}\n`);
    else if (!(error instanceof CommanderError))
      err.write(`\nThis is a bug in mnist-pipeline:\n${stackOf(error)}\n`);
    return exitCodeFor(error, signal.reason);
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? error.stack : String(error);
}
