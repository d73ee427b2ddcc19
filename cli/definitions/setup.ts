import { Argument, type Command } from 'commander';
import { didYouMean } from '../../lib/contracts/did-you-mean';
import { type Shell, shells } from '../flag-values';
import type { Terminal } from '../terminal';
import { addCommand, addExamples } from './options';

export function defineSchema(program: Command, terminal: Terminal): void {
  const command = addCommand(program, 'schema', 'print the JSON schema of a config file');
  command.addHelpText(
    'after',
    '\nThe package has it as dist/run-config.schema.json. A config file may name it in "$schema".',
  );
  addExamples(command, [['mnist-pipeline schema > run-config.schema.json', 'for the editor']]);
  command.action(async () => {
    const { schemaCommand } = await import('../commands/schema');
    schemaCommand(terminal);
  });
}

export function defineCompletion(program: Command, terminal: Terminal): void {
  const command = addCommand(program, 'completion', 'print a completion script for a shell').addArgument(
    new Argument('<shell>', 'the shell to complete in').choices(shells),
  );
  addExamples(command, [
    ['source <(mnist-pipeline completion bash)', 'in ~/.bashrc'],
    ['source <(mnist-pipeline completion zsh)', 'in ~/.zshrc, after compinit'],
    ['mnist-pipeline completion fish | source', 'in ~/.config/fish/config.fish'],
  ]);
  command.action(async (shell: Shell) => {
    const { completionCommand } = await import('../commands/completion');
    completionCommand(shell, program, terminal);
  });
}

/** Replaces commander's own help command, which ignores an unknown name. */
export function defineHelp(program: Command): void {
  program.helpCommand(false);
  program
    .command('help')
    .description('show the help of a command')
    .addArgument(new Argument('[command]', 'the name of the command'))
    .allowExcessArguments(false)
    .action((name: string | undefined) => {
      if (name === undefined) program.help();
      const command = program.commands.find((each) => each.name() === name);
      if (command !== undefined) command.help();
      const names = program.commands.map((each) => each.name());
      program.error(`error: there is no command '${name}'.${didYouMean(name, names)}`);
    });
}
