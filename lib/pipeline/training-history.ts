import { version as pipelineVersion } from '../../package.json';
import { objectKeys } from '../contracts/object-keys';
import { type Epoch, historySchema } from '../contracts/results';
import type { StoredRunConfig } from '../contracts/run-config';
import { writeHistoryCsv } from '../export/history-csv';
import { eventSides, writeTensorboardEvents } from '../export/tensorboard-events';
import { type ProgressData, renderProgressPage } from '../report/progress-page';
import { getJson, putJson } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';

/** Writes the history of a training: during the training, and for other tools at its end. */
export class TrainingHistory {
  constructor(
    private readonly store: ObjectStore,
    private readonly run: StoredRunConfig,
  ) {}

  /** Writes history.json, and the page that shows the run while it trains. */
  async write(epochs: readonly Epoch[]): Promise<void> {
    const { runId } = this.run;
    await putJson(this.store, objectKeys.history(runId), historySchema, {
      schemaVersion: 1,
      runId,
      epochs: [...epochs],
    });
    await this.writePage(epochs, 'training');
  }

  /** Says on the page that the training waits. */
  async pause(): Promise<void> {
    await this.writePage(await this.readEpochs(), 'paused');
  }

  /** Writes the history as a table and as TensorBoard event files, and links the page to the report. */
  async finish(): Promise<void> {
    const { runId, createdAt } = this.run;
    const epochs = await this.readEpochs();
    await this.store.put(objectKeys.historyTable(runId), writeHistoryCsv(epochs));
    for (const side of eventSides) {
      const events = writeTensorboardEvents(epochs, side, new Date(createdAt));
      await this.store.put(objectKeys.tensorboardEvents(runId, side), events);
    }
    await this.writePage(epochs, 'trained');
  }

  private async readEpochs(): Promise<readonly Epoch[]> {
    return (await getJson(this.store, objectKeys.history(this.run.runId), historySchema)).epochs;
  }

  private async writePage(epochs: readonly Epoch[], state: ProgressData['state']): Promise<void> {
    const { runId, config } = this.run;
    const page = renderProgressPage({ runId, config, epochs, state, pipelineVersion });
    await this.store.put(objectKeys.progressPage(runId), new TextEncoder().encode(page));
  }
}
