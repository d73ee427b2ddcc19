import type { Epoch } from '../contracts/results';
import type { RunConfig } from '../contracts/run-config';
import { configuration } from './configuration-section';
import { escapeMarkup } from './escape-markup';
import { formatPercent, formatSeconds } from './format-values';
import { learningCurves } from './learning-curves';
import type { Markup } from './markup-blocks';
import { framePage } from './page-frame';

export interface ProgressData {
  readonly runId: string;
  readonly config: RunConfig;
  /** Finished epochs, at least one. */
  readonly epochs: readonly Epoch[];
  /** False after the training: the page no longer refreshes, and links to the report. */
  readonly isTraining: boolean;
  readonly pipelineVersion: string;
}

const refreshSeconds = 5;

/** The learning curves of a run in training. The file is rewritten after each epoch, and the page reloads itself. */
export function renderProgressPage(data: ProgressData): string {
  const { runId, config, epochs, isTraining, pipelineVersion } = data;
  const title = `${isTraining ? `Epoch ${epochs.length} of ${config.epochs}` : 'Trained'} · ${runId}`;
  const body =
    headline(data) +
    learningCurves({ epochs, config, modelEpoch: epochs.length }) +
    configuration({ config });
  return framePage(title, body, pipelineVersion, isTraining ? { refreshSeconds } : {});
}

function headline({ runId, config, epochs, isTraining }: ProgressData): Markup {
  const last = epochs.at(-1)!;
  const trainedSeconds = epochs.reduce((sum, { seconds }) => sum + seconds, 0);
  const left = (trainedSeconds / epochs.length) * (config.epochs - epochs.length);
  const what = isTraining
    ? `validation accuracy after epoch ${epochs.length} of ${config.epochs}; ${left === 0 ? 'almost done' : `about ${formatSeconds(left)} left`}`
    : 'validation accuracy after the last epoch';
  const end = isTraining
    ? `<p class="note">This page is written after each epoch and refreshes every ${refreshSeconds} seconds.</p>`
    : '<p>The training has ended. <a href="report.html">The report</a> is written when the model has been evaluated.</p>';
  return (
    `<header><p class="eyebrow"><span class="badge">${isTraining ? 'Training' : 'Trained'}</span><span>${escapeMarkup(config.modelName)} on ${escapeMarkup(config.dataset)}</span><span>run <code>${escapeMarkup(runId)}</code></span></p>` +
    `<h1>${formatPercent(last.val_acc)}<small>${escapeMarkup(what)}</small></h1>${end}</header>`
  );
}
