import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Drawn } from '../../lib/contracts/sweep';
import { drawTpe } from '../../lib/sweep/samplers/tpe';
import { preparePython } from '../support/reference-python';
import { lowest, search, searchObjectives } from '../support/search-objectives';

type Name = keyof typeof searchObjectives;
const names = Object.keys(searchObjectives) as Name[];
const trialCount = 60;
const seedCount = 20;
/** Drawn at random by both, so that both begin with the same. */
const startupTrials = 10;
/** In powers of ten of the regret. Over twenty seeds, the mean difference has a standard error of 0.1 to 0.2. */
const tolerance = 0.15;

function searchWithOptuna(
  first: Readonly<Record<Name, readonly (readonly Drawn[])[]>>,
): Readonly<Record<Name, readonly number[]>> {
  const args = [join(__dirname, 'optuna_search.py'), String(trialCount)];
  const options = { encoding: 'utf8', input: JSON.stringify(first) } as const;
  return JSON.parse(execFileSync(preparePython('optuna'), args, options));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean and standard error. */
function summarize(values: readonly number[]): string {
  const center = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
  return `${center.toFixed(2)} ± ${Math.sqrt(variance / values.length).toFixed(2)}`;
}

test('TPE is not worse than Optuna’s default after the same trials, with the same budget', () => {
  const searches = Object.fromEntries(
    names.map((name) => [
      name,
      Array.from({ length: seedCount }, (_, index) =>
        search(searchObjectives[name], drawTpe, index + 1, trialCount),
      ),
    ]),
  ) as Record<Name, ReturnType<typeof search>[]>;
  const first = Object.fromEntries(
    names.map((name) => [
      name,
      searches[name].map((trials) => trials.slice(0, startupTrials).map(({ drawn }) => drawn)),
    ]),
  ) as Record<Name, Drawn[][]>;
  const theirs = searchWithOptuna(first);
  const rows = names.map((name) => {
    const logarithms = [searches[name].map(lowest), theirs[name]].map((regrets) => regrets.map(Math.log10));
    const differences = logarithms[0]!.map((ours, index) => ours - logarithms[1]![index]!);
    return { name, logarithms, differences };
  });
  const lines = rows.map(({ name, logarithms, differences }) =>
    [
      name,
      ...logarithms.map((values) => (10 ** mean(values)).toPrecision(3)),
      ...[5, 10, seedCount].map((count) => summarize(differences.slice(0, count))),
    ].join('\t'),
  );
  const header = 'objective\tours\tOptuna\tfive seeds\tten seeds\tall seeds';
  process.stdout.write(`${[header, ...lines].join('\n')}\n`);
  for (const { name, differences } of rows)
    expect([name, mean(differences) <= tolerance]).toEqual([name, true]);
});
