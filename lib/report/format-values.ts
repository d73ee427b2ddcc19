import type { RunConfig } from '../contracts/run-config';

/** U+00A0 keeps a number and its unit on one line. */
const space = '\u00a0';

/** `98.46 %`; `>99.99 %` and `<0.01 %` for what would otherwise be rounded to all or nothing. */
export function formatPercent(fraction: number, digits = 2): string {
  const text = (fraction * 100).toFixed(digits);
  const smallest = 10 ** -digits;
  const bounded =
    fraction < 1 && Number(text) === 100
      ? `>${(100 - smallest).toFixed(digits)}`
      : fraction > 0 && Number(text) === 0
        ? `<${smallest.toFixed(digits)}`
        : text;
  return `${bounded}${space}%`;
}

/** A difference of two fractions: `0.35 points`, with `always` `+0.35 points`. */
export function formatPoints(difference: number, sign: 'negative' | 'always' = 'negative'): string {
  return `${formatPointCount(difference, sign)}${space}points`;
}

/** The same without the unit: `+0.35`. */
export function formatPointCount(difference: number, sign: 'negative' | 'always' = 'always'): string {
  const plus = sign === 'always' && difference > 0 ? '+' : '';
  return plus + (difference * 100).toFixed(2).replace('-', '−');
}

/** `0.039`, `<0.001`. */
export const formatPValue = (p: number) => (p < 0.001 ? '<0.001' : p.toFixed(3));

/** `p = 0.039`, `p < 0.001`. */
export const formatProbability = (p: number) => (p < 0.001 ? 'p < 0.001' : `p = ${formatPValue(p)}`);

export const formatCount = (count: number) => count.toLocaleString('en-US');

/** `0.42 s`, `9.6 s`, `1 min 52 s`, `2 h 05 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)}${space}s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)}${space}s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}${space}min ${whole % 60}${space}s`;
  const minutes = String(Math.floor((whole % 3600) / 60)).padStart(2, '0');
  return `${Math.floor(whole / 3600)}${space}h ${minutes}${space}min`;
}

/** `2026-03-01 12:30 UTC`, from ISO 8601. */
export const formatInstant = (iso: string) => `${formatMinute(iso)}${space}UTC`;

/** `2026-03-01 12:30`, in UTC. */
export const formatMinute = (iso: string) => new Date(iso).toISOString().slice(0, 16).replace('T', ' ');

/** `812 B`, `36.4 kB`, `5.9 MB`, `1.2 GB`: powers of ten, as file managers count. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes}${space}B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)}${space}kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)}${space}MB` : `${(bytes / 1e9).toFixed(1)}${space}GB`;
}

/** Four decimals, because a run costs cents. */
export function formatUsd(dollars: number): string {
  return `$${dollars.toFixed(4)}`;
}

/** A setting as text; `none` if it is empty or was not given. */
export function formatSetting(value: RunConfig[keyof RunConfig]): string {
  if (!Array.isArray(value)) return value === undefined || value === '' ? 'none' : String(value);
  return value.length === 0 ? 'none' : value.join(', ');
}

/** With a capital at its beginning. */
export const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
