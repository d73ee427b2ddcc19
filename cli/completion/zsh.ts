import { type Candidates, type CompletedCommand, listValueOptions, quote } from './command-tree';

/** A completion script for zsh, to be loaded after `compinit`. */
export function writeZshScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => quote(name)).join(' ');
  const offer = (candidates: Candidates) => {
    if (candidates === 'runs') return 'compadd -- latest best $(_mnist_pipeline_runs)';
    if (candidates === 'models') return 'compadd -- latest best $(_mnist_pipeline_runs); _files';
    if (candidates === 'commands') return `compadd -- ${names}`;
    if (candidates === 'files') return '_files';
    return candidates.length === 0 ? 'return' : `compadd -- ${candidates.map(quote).join(' ')}`;
  };
  // `name:description`, as _describe takes them.
  const described = (items: readonly { readonly name: string; readonly description: string }[]) =>
    items.map(({ name, description }) => quote(`${name}:${description.replaceAll(':', '\\:')}`)).join(' ');
  const optionCases = commands.map(({ name, options }) => `    ${name}) options=(${described(options)}) ;;`);
  const valueCases = listValueOptions(commands).map(
    ({ name, value }) => `    ${name}) ${offer(value)}; return ;;`,
  );
  const argumentCases = commands.map(({ name, argument }) => `    ${name}) ${offer(argument)} ;;`);
  return `#compdef mnist-pipeline
# Completion of mnist-pipeline for zsh.
_mnist_pipeline_runs() {
  local store=artifacts index=\${words[(I)--store]}
  if ((index > 0)); then store=\${words[index + 1]}; fi
  command ls -- "$store/runs" 2>/dev/null
}

_mnist_pipeline() {
  local -a commands options
  if ((CURRENT == 2)); then
    commands=(${described(commands)})
    _describe command commands
    return
  fi
  case \${words[CURRENT - 1]} in
${valueCases.join('\n')}
  esac
  case \${words[2]} in
${optionCases.join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    _describe option options
    return
  fi
  case \${words[2]} in
${argumentCases.join('\n')}
  esac
}
compdef _mnist_pipeline mnist-pipeline
`;
}
