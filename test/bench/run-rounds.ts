import { type Candidate, type Conditions, runCandidate } from './candidates';
import type { NamedRuns } from './format-results';
import type { NetworkName } from './networks';

/** Every candidate once per round; the order is reversed from round to round, so that it favors none. */
export function runRounds(
  rounds: number,
  candidates: readonly Candidate[],
  network: NetworkName,
  conditions: Conditions,
): NamedRuns[] {
  const results = candidates.map(({ name }): NamedRuns => ({ name, runs: [] }));
  for (let round = 0; round < rounds; round += 1) {
    const order = candidates.map((_, index) => index);
    for (const index of round % 2 === 0 ? order : order.reverse()) {
      results[index]!.runs.push(runCandidate(candidates[index]!, network, conditions));
    }
  }
  return results;
}
