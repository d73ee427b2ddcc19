import { type Candidates, type CompletedCommand, quote } from './command-tree';

/** A completion script for fish. */
export function writeFishScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  /** Arguments of `complete`: the words, and whether files are offered too. */
  const offer = (candidates: Candidates) => {
    if (candidates === 'runs') return "-f -a 'latest best (__mnist_pipeline_runs)'";
    if (candidates === 'models') return "-a 'latest best (__mnist_pipeline_runs)'";
    if (candidates === 'commands') return `-f -a ${quote(names)}`;
    return candidates === 'files' ? '' : `-f -a ${quote(candidates.join(' '))}`;
  };
  const lines = commands.flatMap(({ name, description, options, argument }) => {
    const isUsed = `-n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c mnist-pipeline -f -n __fish_use_subcommand -a ${name} -d ${quote(description)}`,
      ...options.map((option) => {
        const value = option.value === undefined ? '' : ` -r ${offer(option.value)}`;
        return `complete -c mnist-pipeline ${isUsed} -l ${option.name.slice(2)}${value} -d ${quote(option.description)}`;
      }),
      ...(argument === 'files' ? [] : [`complete -c mnist-pipeline ${isUsed} ${offer(argument)}`]),
    ];
  });
  return `# Completion of mnist-pipeline for fish.
function __mnist_pipeline_runs
    set -l words (commandline -opc)
    set -l store artifacts
    if set -l index (contains -i -- --store $words)
        set store $words[(math $index + 1)]
    end
    command ls -- $store/runs 2>/dev/null
end
${lines.join('\n')}
`;
}
