import { spawn } from 'node:child_process';

/** The program that opens a file or an address, by platform: https://nodejs.org/api/os.html#osplatform */
const openers: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  // `start` takes its first quoted argument as the title of a window.
  win32: ['cmd', '/c', 'start', '""'],
};

/**
 * Opens a file or an address in the user's browser, which keeps running after this process.
 *
 * @returns false where there is no display, or no program that opens it.
 */
export async function openInBrowser(
  target: string,
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const opener = openers[platform];
  const hasDisplay = opener !== undefined || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
  if (!hasDisplay) return false;
  const [program, ...words] = opener ?? ['xdg-open'];
  const child = spawn(program!, [...words, target], { stdio: 'ignore', detached: true, env });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
