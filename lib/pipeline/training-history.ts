import { version as pipelineVersion } from '../../package.json';
import { objectKeys } from '../contracts/object-keys';
import { type Epoch, historySchema } from '../contracts/results';
import type { StoredRunConfig } from '../contracts/run-config';
import { writeHistoryCsv } from '../export/history-csv';
import { eventSides, writeTensorboardEvents } from '../export/tensorboard-events';
import { renderProgressPage } from '../report/progress-page';
import { getJson, putJson } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';

/** What a training says of itself while it runs, and leaves for other tools when it ends. */
export class TrainingHistory {
  constructor(
    private readonly store: ObjectStore,
    private readonly run: StoredRunConfig,
  ) {}

  /** history.json, and the page by which the run can be watched. */
  async write(epochs: readonly Epoch[]): Promise<void> {
    const { runId } = this.run;
    await putJson(this.store, objectKeys.history(runId), historySchema, {
      schemaVersion: 1,
      runId,
      epochs: [...epochs],
    });
    await this.writePage(epochs, true);
  }

  /** The same as a table and as TensorBoard's event files; the page leads to the report from now on. */
  async finish(): Promise<void> {
    const { runId, createdAt } = this.run;
    const { epochs } = await getJson(this.store, objectKeys.history(runId), historySchema);
    await this.store.put(objectKeys.historyTable(runId), writeHistoryCsv(epochs));
    for (const side of eventSides) {
      const events = writeTensorboardEvents(epochs, side, new Date(createdAt));
      await this.store.put(objectKeys.tensorboardEvents(runId, side), events);
    }
    await this.writePage(epochs, false);
  }

  private async writePage(epochs: readonly Epoch[], isTraining: boolean): Promise<void> {
    const { runId, config } = this.run;
    const page = renderProgressPage({ runId, config, epochs, isTraining, pipelineVersion });
    await this.store.put(objectKeys.progressPage(runId), new TextEncoder().encode(page));
  }
}
