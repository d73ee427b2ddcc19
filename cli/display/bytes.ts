const units = ['kB', 'MB', 'GB', 'TB'];

/** `1 kB`, `54.9 MB`, `1.2 TB`: decimal units, as in the pages of AWS' prices. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3) - 1);
  return `${(bytes / 1000 ** (unit + 1)).toFixed(1)} ${units[unit]}`;
}
