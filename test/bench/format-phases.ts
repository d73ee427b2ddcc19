import { median } from './format-results';

/** Seconds by phase, in order; `epochs` is the time that the other phases are compared with. */
export type RunPhases = Readonly<Record<string, number>> & { readonly epochs: number };

/** A Markdown table of the medians of several rounds, each of a first run and a second one. */
export function formatPhases(rounds: readonly (readonly [first: RunPhases, second: RunPhases])[]): string {
  const outside = ({ epochs, ...others }: RunPhases) =>
    Object.values<number>(others).reduce((sum, seconds) => sum + seconds, 0);
  const names = Object.keys(rounds[0]![0]).filter((name) => name !== 'epochs');
  const row = (name: string, of: (run: RunPhases) => number) =>
    `| ${name} | ${[0, 1].map((run) => median(rounds.map((round) => of(round[run]!))).toFixed(1)).join(' | ')} |`;
  return [
    '| outside of the epochs, s | first run | second run |',
    '| --- | ---: | ---: |',
    ...names.map((name) => row(name, (run) => run[name]!)),
    row('**together**', outside),
  ].join('\n');
}
