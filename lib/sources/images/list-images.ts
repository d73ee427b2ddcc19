import { beginsLikeImage, signatureBytes } from '../../image/formats/read-header';
import type { SourceFile, SourceFiles } from '../source-files';
import { imageExtensions, isLeftover } from './file-kinds';
import { FileTable } from './file-table';

export interface ListedImages {
  readonly table: FileTable;
  /** Positions in the table. */
  readonly images: Uint32Array;
  /** `classes.txt`, at most some of them. */
  readonly classFiles: readonly SourceFile[];
  /** Files that are not images. */
  readonly others: { readonly count: number; readonly examples: readonly string[] };
}

const maxClassFiles = 100;
const maxExamples = 3;
/** Endings that are not a picture's, of which some files are looked into. */
const maxUnknownEndings = 20;
const filesPerEnding = 3;

/** @returns `undefined` where no file is an image. */
export async function listImages(files: SourceFiles): Promise<ListedImages | undefined> {
  const table = new FileTable();
  const classFiles: SourceFile[] = [];
  let otherCount = 0;
  for await (const file of files.list()) {
    if (isLeftover(file.name)) otherCount += 1;
    else if (/(^|\/)classes\.txt$/i.test(file.name)) {
      if (classFiles.length < maxClassFiles) classFiles.push(file);
    } else table.add(file);
  }
  const isImage = await findImageEndings(table, files);
  const images = new Uint32Array(table.fileCount);
  const examples: string[] = [];
  let imageCount = 0;
  for (let file = 0; file < table.fileCount; file += 1) {
    if (isImage[table.extensionOf(file)]) images[imageCount++] = file;
    else {
      otherCount += 1;
      if (examples.length < maxExamples) examples.push(table.nameOf(file));
    }
  }
  if (imageCount === 0) return undefined;
  return {
    table,
    images: images.subarray(0, imageCount),
    classFiles,
    others: { count: otherCount, examples },
  };
}

/** @returns for each ending of the table, whether its files are images. */
async function findImageEndings(table: FileTable, files: SourceFiles): Promise<boolean[]> {
  const isImage = table.extensions.map((extension) => imageExtensions.has(extension));
  const looked = new Map<number, number>();
  for (let file = 0; file < table.fileCount; file += 1) {
    const ending = table.extensionOf(file);
    const before = looked.get(ending) ?? 0;
    if (isImage[ending] || before === filesPerEnding || (before === 0 && looked.size === maxUnknownEndings))
      continue;
    looked.set(ending, before + 1);
    const found = table.fileAt(file);
    const beginning = await files.read(found, 0, Math.min(signatureBytes, found.bytes));
    isImage[ending] = beginsLikeImage(beginning);
  }
  return isImage;
}
