import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for this test file, removed after its last test. */
export function useScratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mnist-pipeline-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
