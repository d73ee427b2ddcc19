import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { drawTpe } from '../../lib/sweep/samplers/tpe';
import { preparePython } from '../support/reference-python';
import { lowest, search, searchObjectives } from '../support/search-objectives';

type Name = keyof typeof searchObjectives;
const names = Object.keys(searchObjectives) as Name[];
const trialCount = 60;
const seedCount = 10;
/** In powers of ten of the regret. Over ten seeds, the mean difference of two samplers has a standard error of 0.1 to 0.3. */
const tolerance = 0.15;

/** @param kind - `independent`: each setting by itself, as ours. `default`: settings that all trials have together. */
function searchWithOptuna(kind: 'independent' | 'default'): Readonly<Record<Name, readonly number[]>> {
  const args = [join(__dirname, 'optuna_search.py'), String(trialCount), String(seedCount), kind];
  return JSON.parse(execFileSync(preparePython('optuna'), args, { encoding: 'utf8' }));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const geometricMean = (values: readonly number[]) => 10 ** mean(values.map(Math.log10));

/** Of each seed, by how many powers of ten the regret is larger. */
const differences = (ours: readonly number[], theirs: readonly number[]) =>
  ours.map((regret, index) => Math.log10(regret) - Math.log10(theirs[index]!));

test('TPE is not worse than Optuna’s of the same kind, with the same budget', () => {
  const independent = searchWithOptuna('independent');
  const byDefault = searchWithOptuna('default');
  const rows = names.map((name) => {
    const ours = Array.from({ length: seedCount }, (_, index) =>
      lowest(search(searchObjectives[name], drawTpe, index + 1, trialCount)),
    );
    const difference = mean(differences(ours, independent[name]));
    const regrets = [ours, independent[name], byDefault[name]].map((values) => geometricMean(values));
    return { name, difference, regrets, toDefault: mean(differences(ours, byDefault[name])) };
  });
  const lines = rows.map(({ name, regrets, difference, toDefault }) =>
    [
      name,
      ...regrets.map((regret) => regret.toPrecision(3)),
      difference.toFixed(2),
      toDefault.toFixed(2),
    ].join('\t'),
  );
  const header = 'objective\tours\tindependent\tdefault\tto independent\tto default';
  process.stdout.write(`${[header, ...lines].join('\n')}\n`);
  for (const { name, difference } of rows) expect([name, difference <= tolerance]).toEqual([name, true]);
});
