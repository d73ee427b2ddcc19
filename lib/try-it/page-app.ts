import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

let app: Promise<Uint8Array> | undefined;

/** The page's script: the built file in an installed package; from sources, bundled once per process. */
export function readApp(): Promise<Uint8Array> {
  app ??= loadApp();
  return app;
}

async function loadApp(): Promise<Uint8Array> {
  const built = join(__dirname, 'try-it-app.js');
  if (existsSync(built)) return new Uint8Array(await readFile(built));
  const { bundleApp } = await import('./bundle-app.js');
  return bundleApp().code;
}
