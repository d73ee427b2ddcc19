import { runCommandLine } from '../../cli/command-line';

/** `mnist-pipeline serve …args` in this process; resolves when it has printed its address. */
export async function startServe(
  args: readonly string[],
): Promise<{ address: string; stop: () => Promise<{ exitCode: number }> }> {
  const controller = new AbortController();
  let announce: (address: string) => void = () => {};
  const address = new Promise<string>((resolve) => {
    announce = resolve;
  });
  let errors = '';
  const running = runCommandLine(['serve', ...args], {
    out: { write: (text: string) => announce(text.trim()) },
    err: {
      write: (text: string | Uint8Array) => {
        errors += String(text);
        return true;
      },
    },
    signal: controller.signal,
  });
  const failed = running.then((exitCode) => {
    throw new Error(`serve ended with exit code ${exitCode}: ${errors}`);
  });
  failed.catch(() => {});
  return {
    address: await Promise.race([address, failed]),
    stop: async () => {
      controller.abort('SIGINT');
      return { exitCode: await running };
    },
  };
}
