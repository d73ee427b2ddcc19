import { runCommandLine } from './command-line';
import { exitCodes, stopExitCodes } from './exit-codes';

// Node 20 is supported until the SDK versions of 2027, and these are older; the SDK says so in seven lines each time.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second time, at once: every file is whole or absent at every moment.
    if (stop.signal.aborted) process.exit(stopExitCodes[signal]);
    process.stderr.write(`\nStopping after ${signal}; once more to stop at once.\n`);
    stop.abort(signal);
  });
}

// `mnist-pipeline runs | head` closes the pipe early, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.success);
});

void runCommandLine(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  signal: stop.signal,
}).then((exitCode) => {
  process.exitCode = exitCode;
});
