import type { Epoch } from '../../lib/contracts/results';
import { runSettingsSchema } from '../../lib/contracts/run-config';
import type { Drawn, Sweep } from '../../lib/contracts/sweep';
import { type SweepState, type Trial, valueAfter } from '../../lib/sweep/sweep-state';
import { makeSweep } from './simulated-sweep';

export const exampleSpace: Sweep['space'] = {
  learningRate: { logRange: [0.0001, 0.01] },
  dropout: { range: [0, 0.5], step: 0.1 },
  batchSize: { values: [128, 256, 512] },
  hidden: { values: [[512], [1024, 512, 256]] },
  optimizer: { values: ['adam', 'sgd'] },
  momentum: { range: [0.5, 0.99], when: { optimizer: ['sgd'] } },
};

const totalEpochs = 27;

/** Trial k at a place of its own, from a formula: every test has the same trials. */
function drawExample(trial: number): Drawn {
  const part = (step: number) => (0.5 + step * trial) % 1;
  const optimizer = trial % 3 === 0 ? 'sgd' : 'adam';
  return {
    learningRate: 10 ** (2 * part(0.8191725) - 4),
    dropout: Math.floor(6 * part(0.6710436)) / 10,
    batchSize: [128, 256, 512][Math.floor(3 * part(0.5497005))]!,
    hidden: trial % 4 < 2 ? [512] : [1024, 512, 256],
    optimizer,
    ...(optimizer === 'sgd' ? { momentum: 0.5 + 0.49 * part(0.4503) } : {}),
  };
}

/** Losses like those of MNIST: the learning rate decides most, then the optimizer and the dropout. */
function trainExample({ learningRate, dropout, optimizer }: Drawn, trial: number, count: number): Epoch[] {
  const rate = Math.log10(Number(learningRate)) + (optimizer === 'sgd' ? 3.2 : 2.9);
  const end =
    0.055 + 0.06 * rate ** 2 + 0.2 * (Number(dropout) - 0.2) ** 2 + (optimizer === 'sgd' ? 0.03 : 0);
  return Array.from({ length: count }, (_, index) => {
    const wave = 0.002 * Math.sin(trial * 7 + index * 3);
    const loss = end + wave + 0.3 / (index + 1) ** 1.3;
    return {
      epoch: index + 1,
      loss: loss * 0.8,
      acc: 1 - loss * 0.25,
      val_loss: loss,
      val_acc: 1 - loss * 0.3,
      seconds: 2,
    };
  });
}

interface ExampleSweep {
  readonly trialCount?: number;
  readonly sweep?: Partial<Sweep>;
  readonly costUsdOfEpoch?: number;
  readonly failedTrials?: readonly number[];
  readonly isOver?: boolean;
  readonly error?: NonNullable<Trial['error']>;
}

/** A sweep by successive halving: of every nine trials one is trained to the end, and two to the second rung. */
export function makeSweepState({
  trialCount = 24,
  sweep: changes = {},
  costUsdOfEpoch = 0,
  failedTrials = [5],
  isOver = true,
  error = { name: 'TrainingDiverged', message: 'The loss is NaN in epoch 2. A lower learningRate may help.' },
}: ExampleSweep = {}): SweepState {
  const sweep = makeSweep({
    sweepId: 'friday',
    space: exampleSpace,
    settings: { epochs: totalEpochs, validationFraction: 0.1 },
    trialCount,
    stop: 'halving',
    rungs: [3, 9, totalEpochs],
    maxFailed: trialCount,
    ...changes,
  });
  const drawn = Array.from({ length: isOver ? trialCount : Math.ceil(trialCount / 2) }, (_, index) =>
    drawExample(index + 1),
  );
  const whole = drawn.map((each, index) => trainExample(each, index + 1, totalEpochs));
  const order = [...whole.keys()].sort((a, b) => whole[a]!.at(-1)!.val_loss - whole[b]!.at(-1)!.val_loss);
  const trials = drawn.map((each, index): Trial => {
    const trial = index + 1;
    const rank = order.indexOf(index) / drawn.length;
    const isFailed = failedTrials.includes(trial);
    const count = isFailed
      ? 1
      : (sweep.rungs[rank < 1 / 9 ? 2 : rank < 1 / 3 ? 1 : 0] ?? sweep.rungs.at(-1)!);
    const isWhole = count === sweep.rungs.at(-1)!;
    const config = runSettingsSchema.parse({ ...sweep.settings, ...each });
    const epochs = whole[index]!.slice(0, count);
    return {
      trial,
      runId: `${sweep.sweepId}-${trial}`,
      drawn: each,
      config,
      status: isFailed ? 'failed' : isWhole ? 'finished' : isOver ? 'stopped' : 'paused',
      epochs,
      value: valueAfter(epochs, config, sweep.metric),
      seconds:
        count *
        (Number(each['batchSize']) === 128 ? 3.4 : 2.1) *
        (each['hidden'] === undefined ? 1 : 1 + 0.1 * (trial % 5)),
      costUsd: costUsdOfEpoch * count,
      ...(isFailed && { error }),
    };
  });
  const best = order.find((index) => trials[index]!.status === 'finished');
  const winner = best !== undefined &&
    isOver && {
      trial: best + 1,
      runId: trials[best]!.runId,
      winnerRunId: `${sweep.sweepId}-winner`,
      testAccuracy: 0.9846,
      testLoss: 0.0532,
      costUsd: costUsdOfEpoch,
    };
  return { sweep, trials, ...(winner && { winner }) };
}

/** Five folds or seeds of one configuration. */
export function makeRepetition(sampler: 'folds' | 'seeds', finished = 5): SweepState {
  const name = sampler === 'folds' ? 'fold' : 'seed';
  const sweep = makeSweep({ sweepId: 'folds', space: {}, sampler, trialCount: 5, rungs: [9] });
  const trials = Array.from({ length: 5 }, (_, index): Trial => {
    const epochs = trainExample(
      { learningRate: 0.001, dropout: 0.1 + index / 100, optimizer: 'adam' },
      index,
      index < finished ? 9 : 4,
    );
    const config = runSettingsSchema.parse({ epochs: 9 });
    return {
      trial: index + 1,
      runId: `folds-${index + 1}`,
      drawn: { [name]: index + 1 },
      config,
      status: index < finished ? 'finished' : 'waiting',
      epochs,
      value: valueAfter(epochs, config, sweep.metric),
      seconds: 20,
      costUsd: 0,
    };
  });
  return { sweep, trials };
}
