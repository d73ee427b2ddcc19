import type { DatasetSettings } from '../../contracts/dataset-settings';
import type { ImagesSlice } from '../../contracts/slices';
import { sha256Hex } from '../../store/sha256';
import type { OpenSource } from '../source';
import { type FolderLayout, findLayout } from './folder-layout';
import type { ImageFolder } from './image-folder';
import { type ListedImages, listImages } from './list-images';
import { makeSection } from './make-section';
import { orderClasses } from './order-classes';
import { readClassFile } from './read-class-file';

/** A folder of images for each class. The plan reads names, and no pixels. */
export const openImages: OpenSource = async (files, settings) => {
  const listed = await listImages(files);
  if (listed === undefined) return undefined;
  const layout = findLayout(countByFolder(listed));
  const classFile = await readClassFile(files, listed.classFiles, layout.top);
  const classes = orderClasses(
    new Set(layout.places.flatMap((place) => place?.className ?? [])),
    settings.classNames ?? classFile.names,
    settings.classNames === undefined ? 'classes.txt' : '--class-names',
  );
  // White paper is the ground of dark ink.
  const slice: ImagesSlice = { kind: 'images', ground: settings.invert ? 255 : 0 };
  const isGrouped = settings.groupBy !== '';
  const made = layout.sections.map(({ split }, index) =>
    makeSection(listed, layout, { split, index, labelOf: classes.labelOf, isGrouped, slice }),
  );
  const contents = [
    ...made.map(({ fingerprint }) => fingerprint),
    JSON.stringify([[...classes.labelOf], classes.classNames ?? []]),
  ];
  return {
    kind: 'images',
    description: describe(listed, layout),
    sections: made.map(({ section }) => section),
    ...(classes.classNames !== undefined && { classNames: classes.classNames }),
    fingerprint: sha256Hex(new TextEncoder().encode(contents.join('\n'))),
    remarks: [...layout.remarks, ...classes.remarks, ...remarkOnOthers(listed)],
    problems: [
      ...layout.problems,
      ...classFile.problems,
      ...classes.problems,
      ...findGroupProblems(layout, settings),
    ],
  };
};

function countByFolder({ table, images }: ListedImages): ImageFolder[] {
  const counts = new Uint32Array(table.folders.length);
  for (const file of images) counts[table.folderOf(file)]! += 1;
  return table.folders.map((path, folder) => ({ path, imageCount: counts[folder]! }));
}

function describe({ images }: ListedImages, { sections, top }: FolderLayout): string {
  const count = `${images.length.toLocaleString('en')} ${images.length === 1 ? 'image' : 'images'}`;
  const parts = sections.flatMap(({ folder }) => (folder === '' ? [] : `${top}${folder}/`));
  const where = parts.length === 0 ? '' : `, with the parts ${parts.join(' and ')}`;
  return `${count} in class folders${where}`;
}

function remarkOnOthers({ others: { count, examples } }: ListedImages): string[] {
  if (count === 0) return [];
  const such = examples.length === 0 ? '' : `, such as ${examples.join(', ')}`;
  return [
    count === 1
      ? `One file is not an image and is ignored${such.replace(', such as', ':')}.`
      : `${count.toLocaleString('en')} files are not images and are ignored${such}.`,
  ];
}

function findGroupProblems({ places }: FolderLayout, { groupBy }: DatasetSettings): string[] {
  if (groupBy === '') return [];
  if (groupBy !== 'folder')
    return [
      `Images in folders have no column ${JSON.stringify(groupBy)} to group by. Give --group-by folder to keep the images of each folder below the class folders together.`,
    ];
  if (places.some((place) => place !== undefined && place.group !== '')) return [];
  return [
    'There are no folders below the class folders, so --group-by folder has nothing to keep together. Leave it out, or put the images that belong together into folders such as cats/cat-1/.',
  ];
}
