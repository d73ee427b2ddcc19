import { PipelineError } from '../../contracts/errors';
import { openStore } from '../../store/open-store';
import { runTrial, SharedTraining } from '../run-trial';
import type { StepContext } from '../step-context';
import type { TrialPart } from './trainers';
import type { TrialReport, TrialRequest } from './trial-messages';

/** A process that trains trials for `TrialProcesses`, one at a time, and ends with the process that started it. */
const [location] = process.argv.slice(2);
const stop = new AbortController();
const send = (report: TrialReport) => process.connected && process.send!(report);

// Ctrl-C and a closed terminal reach all processes. The one that started this one says what follows.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('SIGTERM', () => stop.abort());
// It has ended, however: the training stops at its next batch, and leaves a checkpoint.
process.on('disconnect', () => {
  stop.abort();
  if (!isTraining) process.exit();
});
let isTraining = false;

/** Events of a batch come faster than anybody can see. */
const eventMilliseconds = 100;
let sentAt = 0;

const notify: StepContext['notify'] = (event) => {
  if (event.type === 'training-progress' && Date.now() - sentAt < eventMilliseconds) return;
  if (event.type === 'training-progress') sentAt = Date.now();
  send({ type: 'event', event });
};

async function main(): Promise<void> {
  const context: StepContext = {
    store: await openStore(location!),
    now: () => new Date(),
    notify,
    signal: stop.signal,
  };
  const shared = new SharedTraining(context);
  process.on('message', (request: TrialRequest) => {
    if (request.type === 'stop') stop.abort();
    else void train(request.part, shared, context);
  });
}

async function train(part: TrialPart, shared: SharedTraining, context: StepContext): Promise<void> {
  isTraining = true;
  try {
    send({ type: 'ended', outcome: await runTrial(part, shared, context) });
  } catch (error) {
    if (error instanceof PipelineError) {
      const { name, message, evidence } = error;
      send({ type: 'failed', name, message, evidence });
    } else send({ type: 'crashed', stack: error instanceof Error ? String(error.stack) : String(error) });
  }
  isTraining = false;
  if (!process.connected) process.exit();
}

void main();
