import { changedSettings, defaultsBeside, effectiveSettings } from '../contracts/effective-settings';
import type { RunConfig } from '../contracts/run-config';
import { describeTraining } from '../model/describe-training';
import { trainCommand } from './commands';
import { escapeMarkup } from './escape-markup';
import { capitalize, formatSetting } from './format-values';
import { card, codeBlock, factTable, type Markup, scrollBox, section } from './markup-blocks';
import type { ReportData } from './report-data';

/**
 * How the run trains in words, the command that trains with this configuration, the settings that differ from the
 * defaults, and the others. Settings without effect, such as the widths of another kind of model, are left out.
 */
export function configuration({
  config,
  heldOutCount,
}: Pick<ReportData, 'config'> & Partial<Pick<ReportData, 'heldOutCount'>>): Markup {
  const defaults = defaultsBeside(config);
  const names = effectiveSettings(config);
  const changed = changedSettings(config);
  const unchanged = names.filter((name) => !changed.includes(name));
  const facts = describeTraining(config, heldOutCount).map(
    ([name, value]) => [capitalize(name), escapeMarkup(value)] as const,
  );
  const note =
    changed.length === 0
      ? 'The default configuration, unchanged.'
      : `${changed.length} of ${names.length} settings ${changed.length === 1 ? 'differs' : 'differ'} from the default configuration.`;
  const changedTable = settingsTable(
    ['Setting', 'Value', 'Default'],
    changed.map((name) => ({ className: 'changed', values: [name, config[name], defaults[name]] })),
  );
  const unchangedTable = settingsTable(
    ['Setting', 'Value'],
    unchanged.map((name) => ({ className: '', values: [name, config[name]] })),
  );
  return section(
    'configuration',
    'Configuration',
    note,
    card(`<h3>How it trains</h3>${factTable(facts)}`) +
      card(`<h3>Train it again</h3>${codeBlock(trainCommand(config))}${startingWeights(config)}`) +
      (changed.length === 0 ? '' : card(scrollBox('Settings that differ from the default', changedTable))) +
      `<details class="card"><summary>The ${unchanged.length} settings with their default values</summary>${scrollBox('Settings with their default values', unchangedTable)}</details>`,
  );
}

function settingsTable(
  heads: readonly string[],
  rows: readonly {
    readonly className: string;
    readonly values: readonly [name: keyof RunConfig, ...values: RunConfig[keyof RunConfig][]];
  }[],
): Markup {
  const lines = rows.map(({ className, values: [name, ...values] }) => {
    const cells = values.map((value) => `<td>${escapeMarkup(formatSetting(value))}</td>`);
    return `<tr class="${className}"><th scope="row"><code>${name}</code></th>${cells.join('')}</tr>`;
  });
  return `<table class="settings"><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>${lines.join('')}</tbody></table>`;
}

function startingWeights({ initialWeightsSha256 }: RunConfig): Markup {
  if (initialWeightsSha256 === undefined) return '';
  return `<p class="note">This run started from given weights. Add <code>--from</code> with the model whose weights have the SHA-256 <code>${escapeMarkup(initialWeightsSha256)}</code>.</p>`;
}
