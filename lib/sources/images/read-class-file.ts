import type { SourceFile, SourceFiles } from '../source-files';

const maxBytes = 1_048_576;

/** The names of `classes.txt` beside the class folders or their parts: one a line, in the order of the labels. */
export async function readClassFile(
  files: SourceFiles,
  found: readonly SourceFile[],
  top: string,
): Promise<{ readonly names: readonly string[] | undefined; readonly problems: readonly string[] }> {
  const file = found.find(({ name }) => name.normalize('NFC').replace(/classes\.txt$/i, '') === top);
  if (file === undefined) return { names: undefined, problems: [] };
  const refuse = (problem: string) => ({ names: undefined, problems: [`${file.name} ${problem}`] });
  if (file.bytes > maxBytes)
    return refuse(
      `has ${file.bytes} bytes, and names of classes take at most ${maxBytes}. Give one name a line.`,
    );
  const bytes = await files.read(file, 0, file.bytes);
  // It removes a byte order mark.
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/);
  const names = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (names.length === 0) return refuse('is empty. Give one name a line, or delete it.');
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined)
    return refuse(`has the name ${JSON.stringify(repeated)} twice. Every class needs a name of its own.`);
  return { names, problems: [] };
}
