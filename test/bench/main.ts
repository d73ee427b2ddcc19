import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { prepareNativeTensorFlow } from '../../lib/native-setup/native-setup';
import { cpuPeers, nodeArgs, ours, stockFit } from './candidates';
import { formatPhases } from './format-phases';
import {
  accuracyFigure,
  epochFigure,
  type Figure,
  formatLimit,
  formatRounds,
  type NamedRuns,
  wholeFigures,
} from './format-results';
import { chooseFrom, mnistCounts, networks } from './networks';
import { measurePhases } from './phases';
import { runRounds } from './run-rounds';

function measureMatMulLimit(): number {
  const output = execFileSync(process.execPath, nodeArgs('matmul-limit.ts'), { encoding: 'utf8' });
  return z.object({ seconds: z.number() }).parse(JSON.parse(output)).seconds;
}

/** Nothing where no rounds were asked for. */
function printTable(title: string, runs: readonly NamedRuns[], figures: readonly Figure[]): void {
  if (runs[0]!.runs.length > 0) console.log(`\n${title}\n\n${formatRounds(runs, figures)}`);
}

/** Our engine compared with Keras, PyTorch and JAX on the CPU, and the phases of a run outside of its epochs. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      networks: { type: 'string', default: 'mlp,cnn' },
      peers: { type: 'string', default: Object.keys(cpuPeers).join() },
      rounds: { type: 'string', default: '5' },
      'whole-rounds': { type: 'string', default: '2' },
      'stock-rounds': { type: 'string', default: '2' },
      'phase-rounds': { type: 'string', default: '3' },
      out: { type: 'string', default: 'bench-results.json' },
    },
  });
  const native = await prepareNativeTensorFlow((message) => console.error(message));
  if (!native.available)
    throw new Error(`The benchmark needs native TensorFlow: ${native.reason}. ${native.remedy}`);
  const peers = chooseFrom(cpuPeers, values.peers).map((name) => cpuPeers[name]);
  const machine = `${cpus().length} × ${cpus()[0]?.model}`;
  const date = new Date().toISOString();
  console.log(`${machine}, ${date.slice(0, 10)}; median (range)`);
  const compared = chooseFrom(networks, values.networks).map((network) => {
    const { name, config, epochs, wholeEpochs, trainCount, testCount } = networks[network];
    const fixed = { batchSize: config.batchSize, device: 'cpu' } as const;
    const limits = network === 'mlp' ? [measureMatMulLimit()] : [];
    console.error(`${name}: epochs`);
    const epochSize = { ...fixed, epochs, trainCount, testCount };
    const rounds = runRounds(Number(values.rounds), [ours, ...peers], network, epochSize);
    if (network === 'mlp') limits.push(measureMatMulLimit());
    console.error(`${name}: whole runs`);
    const wholeSize = { ...fixed, epochs: wholeEpochs, ...mnistCounts };
    const whole = runRounds(Number(values['whole-rounds']), [ours, ...peers], network, wholeSize);
    printTable(`${name}, batch ${config.batchSize}, epochs of ${trainCount} images`, rounds, [epochFigure]);
    const wholeTitle = `Whole runs of ${wholeEpochs} epochs of ${mnistCounts.trainCount} images`;
    printTable(wholeTitle, whole, [...wholeFigures, accuracyFigure]);
    if (limits.length > 0 && rounds[0]!.runs.length > 0) console.log(`\n${formatLimit(limits, rounds[0]!)}`);
    return { network, limits, rounds, whole };
  });
  console.error('stock model.fit');
  const { config, trainCount, testCount } = networks.mlp;
  const stockSize = { batchSize: config.batchSize, device: 'cpu', epochs: 2, trainCount, testCount } as const;
  const stock = runRounds(Number(values['stock-rounds']), [stockFit], 'mlp', stockSize);
  printTable(networks.mlp.name, stock, [epochFigure]);
  console.error('Phases of a first and a second run');
  const phases = Array.from({ length: Number(values['phase-rounds']) }, measurePhases);
  if (phases.length > 0) console.log(`\n${formatPhases(phases)}`);
  const results = { schemaVersion: 2, date, machine, compared, stock, phases };
  writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
  console.error(`\nEvery figure: ${values.out}`);
}

void main();
