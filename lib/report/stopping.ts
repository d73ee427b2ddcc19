import type { ReportData } from './report-data';

/** Early stopping ended the training before its last epoch. */
export function hasStoppedEarly({ config, epochs }: Pick<ReportData, 'config' | 'epochs'>): boolean {
  return config.patience > 0 && epochs.length < config.epochs;
}
