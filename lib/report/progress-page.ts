import { type Epoch, sumSeconds } from '../contracts/results';
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
  /** The page refreshes during the training only, and links to the report after it. */
  readonly state: 'training' | 'paused' | 'trained';
  readonly pipelineVersion: string;
}

const refreshSeconds = 5;

/** The learning curves of a run in training. The file is rewritten after each epoch, and the page reloads itself. */
export function renderProgressPage(data: ProgressData): string {
  const { runId, config, epochs, state, pipelineVersion } = data;
  const { title, ...head } = describeState(data);
  const body =
    headline(data, head) +
    learningCurves({ epochs, config, modelEpoch: epochs.length }) +
    configuration({ config });
  const refresh = state === 'training' ? { refreshSeconds } : {};
  return framePage(`${title} · ${runId}`, body, pipelineVersion, refresh);
}

interface Headline {
  readonly badge: string;
  /** What the accuracy is. */
  readonly what: string;
  readonly end: Markup;
}

function describeState({ config, epochs, state }: ProgressData): Headline & { readonly title: string } {
  const position = `epoch ${epochs.length} of ${config.epochs}`;
  if (state === 'trained') {
    return {
      title: 'Trained',
      badge: 'Trained',
      what: 'validation accuracy after the last epoch',
      end: '<p>The training has ended. <a href="report.html">The report</a> is written when the model has been evaluated.</p>',
    };
  }
  if (state === 'paused') {
    return {
      title: `Paused after ${position}`,
      badge: 'Paused',
      what: `validation accuracy after ${position}`,
      end: '<p class="note">The training is paused. It can continue from its checkpoint.</p>',
    };
  }
  const trainedSeconds = sumSeconds(epochs);
  const left = (trainedSeconds / epochs.length) * (config.epochs - epochs.length);
  return {
    title: `Epoch ${epochs.length} of ${config.epochs}`,
    badge: 'Training',
    what: `validation accuracy after ${position}; ${left === 0 ? 'almost done' : `about ${formatSeconds(left)} left`}`,
    end: `<p class="note">This page is written after each epoch and refreshes every ${refreshSeconds} seconds.</p>`,
  };
}

function headline({ runId, config, epochs }: ProgressData, { badge, what, end }: Headline): Markup {
  return (
    `<header><p class="eyebrow"><span class="badge">${badge}</span><span>${escapeMarkup(config.modelName)} on ${escapeMarkup(config.dataset)}</span><span>run <code>${escapeMarkup(runId)}</code></span></p>` +
    `<h1>${formatPercent(epochs.at(-1)!.val_acc)}<small>${escapeMarkup(what)}</small></h1>${end}</header>`
  );
}
