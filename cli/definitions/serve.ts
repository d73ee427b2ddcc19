import { type Command, Option } from 'commander';
import type { ServeFlags } from '../commands/serve';
import { numberOrText } from '../flag-values';
import type { Terminal } from '../terminal';
import { addCommand, modelNameOption, optionalRunIdArgument, runIdFlag, storeOption } from './options';

export function defineServe(program: Command, terminal: Terminal): void {
  addCommand(
    program,
    'serve',
    'serve a page on this machine to draw digits or choose images and see predictions, until Ctrl-C',
  )
    .addArgument(optionalRunIdArgument('the latest registered model'))
    .addOption(storeOption())
    .addOption(runIdFlag())
    .addOption(modelNameOption())
    .addOption(new Option('--port <number>', 'to listen on').argParser(numberOrText).default(0, 'a free one'))
    .option('--open', 'open the page in the browser')
    .action(async (runId: string | undefined, flags: ServeFlags) => {
      const { serveCommand } = await import('../commands/serve');
      await serveCommand(runId, flags, terminal);
    });
}
