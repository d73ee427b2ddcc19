import { CommanderError } from 'commander';
import { PipelineError } from '../lib/contracts/errors';
import { version } from '../package.json';
import { exitCodeFor, exitCodes } from './exit-codes';
import { createProgram } from './program';
import { createProgressReporter } from './progress-reporter';
import type { Terminal } from './terminal';

/** The programme around the commands: signals, streams, and what an error looks like. */
async function main(): Promise<void> {
  const stop = new AbortController();
  let stoppedBy: NodeJS.Signals | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // The second time, at once: files are whole or absent at every moment.
      if (stop.signal.aborted)
        process.exit(signal === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted);
      stoppedBy = signal;
      process.stderr.write(`\nStopping after ${signal}; once more to stop at once.\n`);
      stop.abort();
    });
  }
  // `mnist-pipeline runs | head` closes the pipe early, which is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(exitCodes.success);
  });

  const progress = createProgressReporter(process.stderr, { isQuiet: process.argv.includes('--quiet') });
  const terminal: Terminal = {
    print: (text) => process.stdout.write(`${text}\n`),
    report: progress.report,
    signal: stop.signal,
    now: () => new Date(),
  };
  try {
    await createProgram(version, terminal).parseAsync(process.argv);
  } catch (error) {
    progress.close();
    explain(error);
    process.exitCode = exitCodeFor(error, stoppedBy);
  }
}

/** Commander has written its own message already; a bug shows its stack, an expected failure its sentence. */
function explain(error: unknown): void {
  if (error instanceof CommanderError) return;
  if (error instanceof PipelineError) process.stderr.write(`\n${error.name}: ${error.message}\n`);
  else
    process.stderr.write(`\nThis is a bug in mnist-pipeline:\n${(error as Error)?.stack ?? String(error)}\n`);
}

void main();
