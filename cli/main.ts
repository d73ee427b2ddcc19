import { runCommandLine } from './command-line';
import { stopExitCodes } from './exit-codes';
import { guardOutput } from './output';

// The SDK prints a seven-line warning that it drops Node 20 in 2027. The versions used here still support it.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const finishOutput = guardOutput(process.stdout, process.stderr);

const stop = new AbortController();
// SIGHUP: the terminal was closed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // A second signal ends the process at once. This is safe: every file is written atomically.
    if (stop.signal.aborted) process.exit(stopExitCodes[signal]);
    process.stderr.write(`\nStopping after ${signal}. Press Ctrl-C again to stop immediately.\n`);
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
