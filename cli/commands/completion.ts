import type { Command } from 'commander';
import { writeBashScript } from '../completion/bash';
import { type CompletedCommand, readCommandTree } from '../completion/command-tree';
import { writeFishScript } from '../completion/fish';
import { writeZshScript } from '../completion/zsh';
import type { Shell } from '../flag-values';
import type { Terminal } from '../terminal';

const writers: Readonly<Record<Shell, (commands: readonly CompletedCommand[]) => string>> = {
  bash: writeBashScript,
  zsh: writeZshScript,
  fish: writeFishScript,
};

/** Prints a script that completes the commands and options of `program`. */
export function completionCommand(shell: Shell, program: Command, { print }: Terminal): void {
  print(writers[shell](readCommandTree(program)).trimEnd());
}
