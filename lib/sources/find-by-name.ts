import type { SourceFile, SourceFiles } from './source-files';

export interface NamedFiles {
  /** The files whose names are wanted, in the order of their names. */
  readonly named: SourceFile[];
  /** The only file of the source, if its name is not a wanted one: its content may be. */
  readonly unnamed: SourceFile | undefined;
}

/** Lists the beginning of a source, because the files may be beside many others. */
export async function findByName(
  files: SourceFiles,
  isWanted: (name: string) => boolean,
  maxListed: number,
): Promise<NamedFiles> {
  const named: SourceFile[] = [];
  let listed = 0;
  let last: SourceFile | undefined;
  for await (const file of files.list()) {
    listed += 1;
    last = file;
    if (isWanted(file.name)) named.push(file);
    if (listed === maxListed) break;
  }
  named.sort((one, two) => (one.name < two.name ? -1 : 1));
  return { named, unnamed: listed === 1 && named.length === 0 ? last : undefined };
}
