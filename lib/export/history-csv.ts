import type { Epoch } from '../contracts/results';

/** In the order of history.json; Keras' CSVLogger writes `epoch` and then the other names alphabetically. */
const columns = ['epoch', 'loss', 'acc', 'val_loss', 'val_acc', 'seconds'] as const satisfies (keyof Epoch)[];

/** history.json as a table (RFC 4180, with line feeds): `pandas.read_csv("history.csv")`. */
export function writeHistoryCsv(epochs: readonly Epoch[]): Uint8Array {
  const rows = epochs.map((epoch) => columns.map((column) => epoch[column]).join(','));
  return new TextEncoder().encode(`${[columns.join(','), ...rows].join('\n')}\n`);
}
