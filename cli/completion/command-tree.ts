import type { Command, Option } from 'commander';
import { SettingOption } from '../definitions/setting-options';

/** What a shell offers for a value: run ids, run ids and files, the names of commands, files, or these words. */
export type Candidates = 'runs' | 'models' | 'commands' | 'files' | readonly string[];

export interface CompletedOption {
  /** With its dashes. */
  readonly name: string;
  readonly description: string;
  /** `undefined` for a flag without a value. */
  readonly value: Candidates | undefined;
}

export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  readonly argument: Candidates;
}

/** Every command with its options, as commander has them. */
export function readCommandTree(program: Command): CompletedCommand[] {
  return program.commands.map((command) => {
    const [argument] = command.registeredArguments;
    return {
      name: command.name(),
      description: command.description(),
      options: command.options.map(readOption),
      argument: argument === undefined ? [] : (argument.argChoices ?? candidatesFor(argument.name())),
    };
  });
}

function readOption(option: Option): CompletedOption {
  const words = option instanceof SettingOption ? option.completions : (option.argChoices ?? []);
  const placeholder = /<(.+)>/.exec(option.flags)?.[1];
  const value = placeholder === undefined ? undefined : words.length > 0 ? words : candidatesFor(placeholder);
  return { name: option.long!, description: option.description, value };
}

/** @param placeholder - as the help shows it, such as `runId` or `file`. */
function candidatesFor(placeholder: string): Candidates {
  switch (placeholder) {
    case 'command':
      return 'commands';
    case 'id':
    case 'runId':
    case 'runIds':
      return 'runs';
    case 'model':
      return 'models';
    case 'file':
    case 'folder':
    case 'location':
    case 'source':
    case 'images':
      return 'files';
    default:
      return [];
  }
}

/** The options that have a value, each once. */
export function listValueOptions(
  commands: readonly CompletedCommand[],
): (CompletedOption & { readonly value: Candidates })[] {
  const byName = new Map<string, CompletedOption & { readonly value: Candidates }>();
  for (const { name, description, value } of commands.flatMap(({ options }) => options))
    if (value !== undefined) byName.set(name, { name, description, value });
  return [...byName.values()];
}

/** A word of a POSIX shell or of fish, in single quotes. */
export const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
