import type { SourceFile } from '../source-files';

/** A file of a part as the plan stores it: size, version and name, separated by tabs. Only a name may have a tab. */
export const encodeEntry = ({ name, bytes, version }: SourceFile): string => `${bytes}\t${version}\t${name}`;

export function decodeEntry(entry: string): SourceFile {
  const versionStart = entry.indexOf('\t') + 1;
  const nameStart = entry.indexOf('\t', versionStart) + 1;
  return {
    name: entry.slice(nameStart),
    bytes: Number(entry.slice(0, versionStart - 1)),
    version: entry.slice(versionStart, nameStart - 1),
  };
}
