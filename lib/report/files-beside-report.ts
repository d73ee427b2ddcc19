import { objectKeys } from '../contracts/object-keys';
import type { ObjectStore } from '../store/object-store';
import type { RunFile } from './report-data';

/** The files of the run's folder that people may want to open, and run.json, which is written after the report. */
export async function listFilesBesideReport(store: ObjectStore, runId: string): Promise<RunFile[]> {
  const folder = objectKeys.run(runId);
  const notShown = new Set([
    objectKeys.report(runId),
    objectKeys.runRecord(runId),
    objectKeys.tryItExamples(runId),
  ]);
  const files: RunFile[] = [];
  for await (const { key, bytes } of store.list(folder)) {
    if (notShown.has(key)) continue;
    files.push({ path: key.slice(folder.length), bytes });
  }
  return [...files, { path: objectKeys.runRecord(runId).slice(folder.length) }];
}
