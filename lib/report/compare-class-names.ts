import { nameInText } from './class-labels';
import type { ComparedRun } from './comparison-data';

const maxNames = 3;
/** Lists of classes that are described; of more, the number is. */
const maxLists = 4;

type NamedRun = Pick<ComparedRun, 'runId' | 'classNames'>;

/** Says that runs have other classes than each other; `undefined` if all have the same names in the same order. */
export function describeOtherClasses(runs: readonly NamedRun[]): string | undefined {
  const lists = new Map<string, NamedRun[]>();
  for (const run of runs) {
    const key = JSON.stringify(run.classNames);
    lists.set(key, [...(lists.get(key) ?? []), run]);
  }
  if (lists.size === 1) return undefined;
  const described = [...lists.values()].slice(0, maxLists).map((equal) => {
    const who = equal.length === 1 ? equal[0]!.runId : `${equal[0]!.runId} and ${equal.length - 1} more`;
    return `${who}: ${describeNames(equal[0]!.classNames)}`;
  });
  const more = lists.size > maxLists ? `; ${lists.size - maxLists} more lists` : '';
  return `The runs do not have the same classes: ${described.join('; ')}${more}.`;
}

function describeNames(classNames: readonly string[]): string {
  const shown = classNames.slice(0, maxNames).map((name) => nameInText(name));
  const rest = classNames.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
