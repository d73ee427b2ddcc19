import { expandPreset } from '../../lib/contracts/given-settings';
import { type RunConfig, runConfigSchema } from '../../lib/contracts/run-config';
import { describeCnn, describeMlp } from '../../lib/model/architectures';
import type { KerasGraph } from '../../lib/model/keras-graph';

const imageShape = [28, 28] as const;

/** A network that ours and the peers train in the same way: Adam, no augmentation. */
export interface BenchNetwork {
  readonly name: string;
  readonly config: RunConfig;
  readonly graph: KerasGraph;
  /** Of one process that compares epochs; the first epoch is left out, since it warms up. */
  readonly epochs: number;
  /** Of such an epoch. */
  readonly trainCount: number;
  readonly testCount: number;
  /** Of a whole run, from process start to saved model, with all images. */
  readonly wholeEpochs: number;
}

export const mnistCounts = { trainCount: 60_000, testCount: 10_000 } as const;

const classes = 10;
const seedConfig = runConfigSchema.parse({});
const { model, filters, dropout, batchSize } = runConfigSchema.parse(expandPreset({ preset: 'cnn' }));
const cnnConfig = runConfigSchema.parse({ model, filters, dropout, batchSize });

export const networks = {
  mlp: {
    name: 'Default configuration',
    config: seedConfig,
    graph: describeMlp({ ...seedConfig, classes }, imageShape),
    epochs: 4,
    ...mnistCounts,
    wholeEpochs: 10,
  },
  cnn: {
    name: 'Network of the preset cnn',
    config: cnnConfig,
    graph: describeCnn({ ...cnnConfig, classes }, imageShape),
    epochs: 4,
    // 100 training steps.
    trainCount: 100 * batchSize,
    testCount: 1000,
    wholeEpochs: 2,
  },
} as const satisfies Readonly<Record<string, BenchNetwork>>;
export type NetworkName = keyof typeof networks;

/**
 * Reads names separated by commas, as a command line gives them.
 *
 * @throws Error for a name that is not in the table.
 */
export function chooseFrom<Key extends string>(table: Readonly<Record<Key, unknown>>, names: string): Key[] {
  return names.split(',').map((name) => {
    if (!Object.hasOwn(table, name))
      throw new Error(`${JSON.stringify(name)} is not one of ${Object.keys(table).join(', ')}.`);
    return name as Key;
  });
}
