import { formatDrawn } from '../../sweep/drawn-values';
import { trainCommand } from '../commands';
import { escapeMarkup } from '../escape-markup';
import { card, codeBlock, type Markup, scrollBox, section } from '../markup-blocks';
import { describeDimension } from './describe-space';
import { type SweepView, trialName } from './sweep-view';
import { runPath } from './trial-table';

/** The best settings, and the command that trains with them. */
export function whatToUse({ state, best, isOver, isRepetition }: SweepView): Markup {
  if (best === undefined || isRepetition) return '';
  const { winner, sweep } = state;
  // Trials do not meet the test set; a training of its own does.
  const command = trainCommand({ ...best.config, evaluateOn: 'test' });
  const rows = Object.entries(sweep.space).map(([name, dimension]) => {
    const value = best.drawn[name];
    return `<tr><th scope="row"><code>${escapeMarkup(name)}</code></th><td><strong>${value === undefined ? '–' : escapeMarkup(formatDrawn(value))}</strong></td><td>${escapeMarkup(describeDimension(dimension))}</td></tr>`;
  });
  const table = `<table class="settings"><thead><tr><th scope="col">Setting</th><th scope="col">${winner === undefined ? 'Best so far' : 'Use'}</th><th scope="col">Searched</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  const reports =
    winner === undefined
      ? ''
      : `<p class="note">The winner is the run <a href="${runPath(winner.winnerRunId, 'report.html')}">${escapeMarkup(winner.winnerRunId)}</a>: ${trialName(winner)} as it was trained, measured on the test set. <a href="${runPath(winner.winnerRunId, 'try-it.html')}">Try it</a></p>`;
  return section(
    'what-to-use',
    winner === undefined && !isOver ? 'The best so far' : 'What to use',
    '',
    card(
      `${reports}${scrollBox('The best settings', table)}<h3 class="command">Train with these settings</h3>${codeBlock(command)}`,
    ),
  );
}
