import { runCommandLine } from '../../cli/command-line';

export interface CommandOutcome {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs a command in this process, as `npx mnist-pipeline …args` does in a separate process.
 *
 * @param columns - of the terminal that shows the result. @default - the output is a pipe
 */
export async function runCommand(
  args: readonly string[],
  signal = new AbortController().signal,
  columns?: number,
): Promise<CommandOutcome> {
  const written = { out: '', err: '' };
  const exitCode = await runCommandLine(args, {
    out: {
      ...(columns === undefined ? {} : { isTTY: true, columns }),
      write: (text: string) => {
        written.out += text;
      },
    },
    err: {
      write: (text: string | Uint8Array) => {
        written.err += String(text);
        return true;
      },
    },
    signal,
  });
  return { exitCode, ...written };
}
