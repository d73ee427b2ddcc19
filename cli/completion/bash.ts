import { type Candidates, type CompletedCommand, listValueOptions, quote } from './command-tree';

/** A completion script for bash 3.2 and later, which macOS has. */
export function writeBashScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const offer = (candidates: Candidates) => {
    if (candidates === 'runs') return 'words="latest best $(_mnist_pipeline_runs)"';
    if (candidates === 'models') return 'words="latest best $(_mnist_pipeline_runs)" files=1';
    if (candidates === 'commands') return `words=${quote(names)}`;
    return candidates === 'files' ? 'files=1' : `words=${quote(candidates.join(' '))}`;
  };
  const optionCases = commands.map(({ name, options }) => {
    const words = ['--help', ...options.map((option) => option.name)].join(' ');
    return `    ${name}) options=${quote(words)} ;;`;
  });
  const valueCases = listValueOptions(commands).map(({ name, value }) => `    ${name}) ${offer(value)} ;;`);
  const argumentCases = commands.map(({ name, argument }) => `      ${name}) ${offer(argument)} ;;`);
  return `# Completion of mnist-pipeline for bash.
_mnist_pipeline_runs() {
  local store=artifacts index
  for ((index = 1; index < COMP_CWORD; index++)); do
    if [[ \${COMP_WORDS[index]} == --store ]]; then store=\${COMP_WORDS[index + 1]}; fi
  done
  command ls -- "$store/runs" 2>/dev/null
}

_mnist_pipeline() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]}
  local options='' words='' files=''
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W ${quote(`${names} --help --version`)} -- "$word"))
    return
  fi
  case $command in
${optionCases.join('\n')}
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
    return
  fi
  case $previous in
${valueCases.join('\n')}
    *)
      case $command in
${argumentCases.join('\n')}
      esac
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [[ -n $files ]]; then COMPREPLY+=($(compgen -f -- "$word")); fi
}
complete -o filenames -F _mnist_pipeline mnist-pipeline
`;
}
