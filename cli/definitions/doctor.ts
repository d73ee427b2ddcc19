import type { Command } from 'commander';
import type { Terminal } from '../terminal';
import { addCommand, jsonOption } from './options';

export function defineDoctor(program: Command, terminal: Terminal): void {
  addCommand(program, 'doctor', 'check this machine, and say how to get what is missing')
    .addOption(jsonOption())
    .action(async ({ json = false }: { json?: boolean }) => {
      const { doctorCommand } = await import('../commands/doctor');
      await doctorCommand({ isJson: json }, terminal);
    });
}
