import type { SweepState } from '../../sweep/sweep-state';
import { escapeJson, escapeMarkup } from '../escape-markup';
import { card, type Markup, section } from '../markup-blocks';
import { navigationFor } from '../navigation';
import { framePage } from '../page-frame';
import { toInlineSvg } from '../plots/plot';
import { drawCostScatter } from './cost-scatter';
import { importanceSection } from './importance-section';
import { metricName } from './metric-scale';
import { drawParallelCoordinates } from './parallel-coordinates';
import { repetitionSection } from './repetition-section';
import { drawSettingScatter } from './setting-scatter';
import { mainValue, sweepHeadline } from './sweep-headline';
import { sweepScript } from './sweep-script';
import { sweepStyles } from './sweep-styles';
import { type SweepView, viewSweep } from './sweep-view';
import { drawTrialCurves } from './trial-curves';
import { failedTrials, trialTable } from './trial-table';
import { whatToUse } from './what-to-use';

const refreshSeconds = 10;

/** A sweep, whole or in progress, in one self-contained page for `sweeps/<id>/sweep.html`. */
export function renderSweepPage(state: SweepState, pipelineVersion: string): string {
  const view = viewSweep(state);
  const sections = [
    whatToUse(view),
    repetitionSection(view),
    parallelCoordinates(view),
    settingScatters(view),
    view.isRepetition ? '' : importanceSection(view),
    learningCurves(view),
    costAndAccuracy(view),
    failedTrials(view),
    trialTable(view),
  ].join('');
  return framePage(
    `${mainValue(view)} · sweep ${state.sweep.sweepId}`,
    sweepHeadline(view) + navigationFor(sections) + sections,
    pipelineVersion,
    {
      ...(view.isOver ? {} : { refreshSeconds }),
      script: sweepScript,
      styles: sweepStyles,
    },
  );
}

/** A plot that is wider than a phone: the box scrolls, by the keyboard too. */
const plotBox = (name: string, plot: Markup): Markup =>
  `<div class="scroll" role="region" tabindex="0" aria-label="${name}: plot">${plot}</div>`;

const hasValue = ({ trials }: SweepView) => trials.some(({ value }) => value !== undefined);

/** What the colors say; the same in all plots. */
const colorKey: Markup =
  '<ul class="run-key shades"><li><span class="gradient" aria-hidden="true"></span>the best trials to the worst</li>' +
  '<li><span class="swatch best" aria-hidden="true"></span>the best</li>' +
  '<li><span class="swatch hollow" aria-hidden="true"></span>hollow: not trained to the end</li></ul>';

function parallelCoordinates(view: SweepView): Markup {
  if (view.isRepetition || view.axes.length === 0 || !hasValue(view)) return '';
  const { plot, axes } = drawParallelCoordinates(view);
  const { top, height } = plotFrame(plot.height);
  const data = {
    trials: view.trials.map(({ trial }) => trial),
    axes: axes.map(({ name, x, stops, stopOf }) => ({
      name,
      x: (100 * x) / plot.width,
      stops: stops.map(({ y }) => Number(((100 * (y - top)) / height).toFixed(2))),
      texts: stops.map(({ text }) => text),
      stopOf,
    })),
  };
  return section(
    'settings',
    'All settings at once',
    'One line for each trial, from setting to setting to its value. Drag along an axis to show only the trials that are in a range there; the handles move by the arrow keys too.',
    colorKey +
      card(
        plotBox(
          'Parallel coordinates',
          `<div class="parallel" style="min-width:${axes.length * 84}px">${toInlineSvg(plot, top)}</div>`,
        ) +
          '<p class="filter" hidden><span role="status"></span><button type="button">Show all trials</button></p>',
      ) +
      `<script type="application/json" id="sweep-axes">${escapeJson(data)}</script>`,
  );
}

/** The part of the plot that is shown: the heading takes the place of its title. */
const plotFrame = (height: number) => ({ top: 30, height: height - 30 });

function settingScatters(view: SweepView): Markup {
  if (view.isRepetition || view.axes.length === 0 || !hasValue(view)) return '';
  const plots = view.axes.map((axis) =>
    card(`<h3>${escapeMarkup(axis.name)}</h3>${toInlineSvg(drawSettingScatter(view, axis))}`),
  );
  return section(
    'each-setting',
    'Setting by setting',
    `The ${metricName(view.state.sweep.metric)} of each trial against each setting. A value of a hollow point is that after its last epoch.`,
    `<div class="scatters">${plots.join('')}</div>`,
  );
}

function learningCurves(view: SweepView): Markup {
  if (!hasValue(view)) return '';
  const { rungs, stop } = view.state.sweep;
  const pauses = rungs.slice(0, -1);
  const note =
    stop === 'none' || pauses.length === 0
      ? 'All trials are trained to the end.'
      : `At a rung, after ${listOf(pauses)} of ${rungs.at(-1)} epochs, ${stop === 'halving' ? 'the best third goes on' : 'trials that are worse than the median stop'}.`;
  return section(
    'learning-curves',
    'Learning curves',
    `Measured after each epoch, on the validation images. ${note}`,
    card(plotBox('Learning curves', `<div class="wide-plot">${toInlineSvg(drawTrialCurves(view))}</div>`)),
  );
}

/** `3, 9 and 27`. */
const listOf = (numbers: readonly number[]) =>
  numbers.length < 2 ? numbers.join('') : `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;

function costAndAccuracy(view: SweepView): Markup {
  if (view.isRepetition || !hasValue(view)) return '';
  return section(
    'cost',
    view.hasCost ? 'Cost and accuracy' : 'Time and accuracy',
    `The line is the Pareto front: no trial beats one of its trials in both. ${view.hasCost ? 'Costs are estimates at list price.' : 'Times are those of the training on this machine.'}`,
    card(plotBox('Cost and accuracy', `<div class="wide-plot">${toInlineSvg(drawCostScatter(view))}</div>`)),
  );
}
