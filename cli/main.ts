import { runCommandLine } from './command-line';
import { stopExitCodes } from './exit-codes';
import { guardOutput } from './output';

// Node 20 is supported until the SDK versions of 2027, and these are older; the SDK says so in seven lines each time.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const finishOutput = guardOutput(process.stdout, process.stderr);

const stop = new AbortController();
// SIGHUP: the terminal was closed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second time, at once: every file is whole or absent at every moment.
    if (stop.signal.aborted) process.exit(stopExitCodes[signal]);
    process.stderr.write(`\nStopping after ${signal}; once more to stop at once.\n`);
    stop.abort(signal);
  });
}

void runCommandLine(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  signal: stop.signal,
})
  .then(finishOutput)
  .then((exitCode) => {
    process.exitCode = exitCode;
  });
