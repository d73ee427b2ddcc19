import { fetchRun } from '../../lib/cloud/fetch-run';
import { objectKeys } from '../../lib/contracts/object-keys';
import { DirectoryStore } from '../../lib/store/directory-store';
import { locate } from '../../lib/store/locate';
import type { ObjectStore } from '../../lib/store/object-store';
import { commandLine } from '../command-text';
import { formatBytes } from '../display/bytes';
import { linkTo } from '../display/link';
import { resolveRunId } from '../run-ids';
import type { Terminal } from '../terminal';

export interface FetchCommandRequest {
  /** As the user gave it. */
  readonly runId: string;
  readonly from: ObjectStore;
  /** The target folder. It becomes a store: `predict --store` and `show --store` accept it. */
  readonly toFolder: string;
  readonly isForced: boolean;
  readonly isJson: boolean;
}

/** Downloads a run's model, evaluation and report. */
export async function fetchCommand(request: FetchCommandRequest, terminal: Terminal): Promise<void> {
  const { from, toFolder, isForced, isJson } = request;
  const runId = await resolveRunId(from, request.runId);
  const to = new DirectoryStore(toFolder);
  const onFetched = (key: string, bytes: number) =>
    terminal.report({ type: 'note', message: `  ${key}  ${formatBytes(bytes)}` });
  const { fetched, kept, isFinished } = await fetchRun({
    runId,
    from,
    to,
    isForced,
    signal: terminal.signal,
    onFetched,
  });
  if (isJson) {
    terminal.print(JSON.stringify({ runId, folder: to.location, isFinished, fetched, kept }, null, 2));
    return;
  }
  const rest = isFinished ? '' : '; the run is not finished, so there may be more later';
  const facts = [`Run ${runId}: ${fetched.length} files fetched, ${kept.length} were there already${rest}`];
  if (isFinished) {
    facts.push(
      '',
      `  report    ${linkTo(to, objectKeys.report(runId), terminal.styles)}`,
      `  model     ${locate(to, objectKeys.modelTopology(runId))}`,
      `  classify  ${commandLine(to, 'predict', 'image.png', '--run-id', runId)}`,
    );
  }
  terminal.print(facts.join('\n'));
}
