import { areIndexNames } from '../contracts/class-names';
import { changedSettings, effectiveSettings } from '../contracts/effective-settings';
import type { RunConfig } from '../contracts/run-config';
import { bestEpoch } from '../schedule/early-stopping';
import type { ReportData } from './report-data';

/** Settings that have no flag: the initial weights are recorded by their checksum only. */
const withoutFlag: ReadonlySet<keyof RunConfig> = new Set(['initialWeightsSha256']);

/** `batchSize` → `--batch-size`. */
const flagOf = (setting: keyof RunConfig) =>
  `--${setting.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;

/** The command that trains with this configuration; settings with their default value are left out. */
export function trainCommand(config: RunConfig): string {
  const flags = changedSettings(config)
    .filter((name) => !withoutFlag.has(name))
    .map((name) =>
      config[name] === true ? flagOf(name) : `${flagOf(name)} ${quote(flagValue(config[name]))}`,
    );
  return ['npx mnist-pipeline train', ...flags].join(' ');
}

/** A list is separated by commas; if a class name has one, it is JSON. */
function flagValue(value: RunConfig[keyof RunConfig]): string {
  const needsJson = Array.isArray(value) && value.some((item) => String(item).includes(','));
  return needsJson ? JSON.stringify(value) : String(value);
}

/** A word of a POSIX shell command. */
function quote(word: string): string {
  return /^[\w./:,@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export interface NextCommand {
  readonly why: string;
  readonly command: string;
  /** A file next to the report that does the same. */
  readonly path?: string;
}

/** Suggests what to run next, based on the learning curves. */
export function suggestNext(
  data: Pick<ReportData, 'runId' | 'config' | 'epochs' | 'classNames' | 'isCentered'>,
): NextCommand[] {
  return [
    {
      why: `${describeTrial(data)} and see what the model predicts`,
      command: `npx mnist-pipeline serve ${data.runId}`,
      path: 'try-it.html',
    },
    suggestTraining(data),
  ];
}

/** What one does on the try-it page. */
function describeTrial({ isCentered, classNames }: Pick<ReportData, 'isCentered' | 'classNames'>): string {
  if (!isCentered) return 'Choose an image';
  return areIndexNames(classNames) ? 'Draw a digit' : 'Draw something';
}

function suggestTraining({ config, epochs }: Pick<ReportData, 'config' | 'epochs'>): NextCommand {
  const best = bestEpoch(epochs);
  const longer = { ...config, epochs: Math.min(1000, config.epochs * 2) };
  if (best === epochs.length)
    return { why: 'The validation loss was still falling: train longer', command: trainCommand(longer) };
  const why = `The validation loss was lowest after epoch ${best}`;
  if (config.schedule === 'constant')
    return {
      why: `${why}: decay the learning rate`,
      command: trainCommand({ ...config, schedule: 'cosine' }),
    };
  if (effectiveSettings(config).includes('dropout'))
    return {
      why: `${why}: increase dropout`,
      command: trainCommand({ ...config, dropout: raise(config.dropout) }),
    };
  const shifted = { ...config, shiftPixels: config.shiftPixels + 1 };
  return { why: `${why}: shift the training images`, command: trainCommand(shifted) };
}

const raise = (dropout: number) => Math.min(0.5, Math.round((dropout + 0.1) * 100) / 100);
