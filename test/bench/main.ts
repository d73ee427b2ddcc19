import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { prepareNativeTensorFlow } from '../../lib/native-setup/native-setup';
import { preparePython } from '../support/reference-python';
import { formatPhases } from './format-phases';
import { type BaselineRun, formatResults } from './format-results';
import { measurePhases } from './phases';
import { type Baseline, makeBaseline, nodeArgs } from './run-baseline';

const ours = makeBaseline(process.execPath, nodeArgs('ours.ts'), 'ours');
const stockFit = makeBaseline(process.execPath, nodeArgs('stock-fit.ts'), 'stock');
const keras: Baseline = (epochs) =>
  makeBaseline(preparePython(), [join(__dirname, 'keras_seed.py')], 'model.keras')(epochs);

function measureMatMulLimit(): number {
  const output = execFileSync(process.execPath, nodeArgs('matmul-limit.ts'), { encoding: 'utf8' });
  return z.object({ seconds: z.number() }).parse(JSON.parse(output)).seconds;
}

/** Alternates the order, so that a machine that warms up or slows down favors neither. */
function runPairs(
  count: number,
  epochs: number,
  first: Baseline,
  second: Baseline,
): (readonly [BaselineRun, BaselineRun])[] {
  return Array.from({ length: count }, (_, pair) => {
    if (pair % 2 === 0) {
      const a = first(epochs);
      return [a, second(epochs)] as const;
    }
    const b = second(epochs);
    return [first(epochs), b] as const;
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      pairs: { type: 'string', default: '5' },
      epochs: { type: 'string', default: '3' },
      'whole-pairs': { type: 'string', default: '2' },
      'phase-rounds': { type: 'string', default: '3' },
      out: { type: 'string', default: 'bench-results.json' },
    },
  });
  const native = await prepareNativeTensorFlow((message) => console.error(message));
  if (!native.available)
    throw new Error(`The benchmark needs native TensorFlow: ${native.reason}. ${native.remedy}`);
  console.error('Phases of a first and a second run');
  const phases = Array.from({ length: Number(values['phase-rounds']) }, measurePhases);
  // One extra epoch, because the first one warms up.
  const epochs = Number(values.epochs) + 1;
  const limits: number[] = [measureMatMulLimit()];
  console.error('Epochs: ours and Keras');
  const pairs = runPairs(Number(values.pairs), epochs, ours, keras);
  limits.push(measureMatMulLimit());
  console.error('Epochs: stock model.fit');
  const stock = [stockFit(2), stockFit(2)];
  limits.push(measureMatMulLimit());
  console.error('Whole runs of ten epochs: ours and Keras');
  const wholePairs = runPairs(Number(values['whole-pairs']), 10, ours, keras);
  const results = {
    schemaVersion: 1,
    date: new Date().toISOString(),
    machine: `${cpus().length} × ${cpus()[0]?.model}`,
    limits,
    pairs,
    stock,
    wholePairs,
    phases,
  };
  writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`${formatResults(results)}\n\n${formatPhases(phases)}`);
  console.error(`\nEvery figure: ${values.out}`);
}

void main();
