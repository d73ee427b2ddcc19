import type { Split } from '../../contracts/dataset';
import type { ImageFolder, SplitFolder } from './image-folder';
import { findParts } from './part-folders';

export interface FolderLayout {
  readonly sections: readonly { readonly split: Split | undefined; readonly folder: string }[];
  /** Where the images of each folder belong; `undefined` for those that are not used. */
  readonly places: readonly (Place | undefined)[];
  /** The folder that all images are in, with a final "/"; "" for the top folder. */
  readonly top: string;
  readonly remarks: readonly string[];
  readonly problems: readonly string[];
}

interface Place {
  readonly section: number;
  /** In the Unicode form NFC. */
  readonly className: string;
  /** Path below the class folder; "" for the class folder itself. */
  readonly group: string;
}

const expected =
  'A folder of images has one folder for each class, such as cats/1.png and dogs/1.png, directly in it or below train/ and test/.';

/**
 * Finds parts and classes in the paths of folders: `train/cats`, or `cats`. Folders that contain everything are passed over,
 * and what is below a class folder belongs to the class.
 */
export function findLayout(folders: readonly ImageFolder[]): FolderLayout {
  const split: SplitFolder[] = folders.map((folder) => ({
    ...folder,
    segments: folder.path === '' ? [] : folder.path.normalize('NFC').split('/'),
  }));
  const used = split.filter(({ imageCount }) => imageCount > 0);
  const depth = findTop(used);
  const top =
    used[0]?.segments
      .slice(0, depth)
      .map((segment) => `${segment}/`)
      .join('') ?? '';
  const names = new Set(used.map(({ segments }) => segments[depth]));
  if (names.size <= 1) return { sections: [], places: [], top, remarks: [], problems: [describeFlat(used)] };
  const parts = findParts(used, depth);
  const classDepth = depth + (parts.areFolders ? 1 : 0);
  const sectionOf = ({ segments }: SplitFolder) =>
    parts.areFolders ? parts.sections.findIndex(({ folder }) => folder === segments[depth]) : 0;
  const places = split.map((folder) => {
    const className = folder.segments[classDepth];
    const section = sectionOf(folder);
    if (folder.imageCount === 0 || className === undefined || section < 0) return undefined;
    return { section, className, group: folder.segments.slice(classDepth + 1).join('/') };
  });
  const isInUnusedPart = (folder: SplitFolder) => folder.segments.length > depth && sectionOf(folder) < 0;
  const withoutClass = used.filter(
    (folder) => folder.segments.length <= classDepth && !isInUnusedPart(folder),
  );
  return {
    sections: parts.sections,
    places,
    top,
    remarks: [
      ...(top === '' ? [] : [`All images are in the folder ${top}, which is taken as the dataset.`]),
      ...parts.remarks,
      ...remarkOnUnicode(split, classDepth),
    ],
    problems: [...parts.problems, ...withoutClass.map(describeWithoutClass)],
  };
}

/** How many folders contain everything, one in the other. */
function findTop(folders: readonly SplitFolder[]): number {
  for (let depth = 0; ; depth += 1) {
    const [first] = folders;
    const containsAll = folders.every(
      ({ segments }) => segments.length > depth + 1 && segments[depth] === first!.segments[depth],
    );
    if (first === undefined || !containsAll) return depth;
  }
}

function describeFlat(folders: readonly SplitFolder[]): string {
  const count = folders.reduce((sum, { imageCount }) => sum + imageCount, 0);
  const path = folders[0]?.segments[0] ?? '';
  const where = path === '' ? 'directly in the dataset' : `in its only folder ${path}/`;
  return `${countImages(count)} ${where}, and there are no folders of classes. ${expected}`;
}

function describeWithoutClass({ path, imageCount }: SplitFolder): string {
  const where = path === '' ? 'the dataset' : `${path}/`;
  return `${countImages(imageCount)} directly in ${where} and in no class folder. Move every image into the folder of its class, or out of the dataset.`;
}

const countImages = (count: number) =>
  count === 1 ? 'One image is' : `${count.toLocaleString('en')} images are`;

/** A Mac writes names as NFD, others as NFC: on the disk of another computer these are two folders. */
function remarkOnUnicode(folders: readonly SplitFolder[], classDepth: number): string[] {
  const forms = new Map<string, Set<string>>();
  for (const { path, segments, imageCount } of folders) {
    const className = segments[classDepth];
    if (className === undefined || imageCount === 0) continue;
    forms.set(className, (forms.get(className) ?? new Set()).add(path.split('/')[classDepth]!));
  }
  return [...forms]
    .filter(([, names]) => names.size > 1)
    .map(
      ([className]) =>
        `The class ${JSON.stringify(className)} has folders whose names look the same and differ in their Unicode form (NFC and NFD). They are taken as one class.`,
    );
}
