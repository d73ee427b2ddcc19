import { Argument, type Command } from 'commander';
import type { Terminal } from '../terminal';
import { addCommand, addExamples, jsonOption, storeOption } from './options';

interface CompareFlags {
  readonly store: string;
  readonly to: string;
  readonly json?: boolean;
}

export function defineCompare(program: Command, terminal: Terminal): void {
  const command = addCommand(
    program,
    'compare',
    'compare finished runs: metrics, curves, settings, and the test images that changed',
  )
    .addArgument(
      new Argument(
        '<runIds...>',
        '2 to 30 run ids, "latest" or "best" among them; the first is the baseline',
      ),
    )
    .addOption(storeOption())
    .option('--to <file>', 'the HTML page to write', 'compare.html')
    .addOption(jsonOption());
  addExamples(command, [['mnist-pipeline compare best latest', 'the newest run beside the best one']]);
  command.action(async (runIds: string[], { store, to, json = false }: CompareFlags) => {
    const { compareCommand } = await import('../commands/compare');
    const { openStore } = await import('../../lib/store/open-store');
    await compareCommand({ store: await openStore(store), isJson: json, runIds, pagePath: to }, terminal);
  });
}
