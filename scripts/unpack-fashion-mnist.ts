import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFashionMnist } from '../lib/sources/built-in/fashion-mnist';

/** Writes the IDX files of Fashion-MNIST into a folder, for the bundle of the plan function. */
async function main([folder]: readonly string[]): Promise<void> {
  if (folder === undefined) throw new Error('The folder for the files is missing.');
  mkdirSync(folder, { recursive: true });
  for (const [name, body] of await readFashionMnist()) writeFileSync(join(folder, name), body);
}

void main(process.argv.slice(2));
