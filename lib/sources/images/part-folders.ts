import type { Split } from '../../contracts/dataset';
import type { SplitFolder } from './image-folder';

type PartName = 'training' | 'test' | 'validation';

/** Also as a word of a longer name: "MNIST - JPG - training". */
const words: readonly (readonly [PartName, RegExp])[] = [
  ['training', /(^|[^a-z])train(ing)?([^a-z]|$)/i],
  ['test', /(^|[^a-z])test(ing)?([^a-z]|$)/i],
  ['validation', /(^|[^a-z])val(id|idation)?([^a-z]|$)/i],
];
const exactName = /^(train(ing)?|test(ing)?|val(id|idation)?)$/i;

function partOf(folder: string): PartName | undefined {
  const found = words.filter(([, word]) => word.test(folder));
  return found.length === 1 ? found[0]![0] : undefined;
}

export interface Parts {
  readonly sections: readonly { readonly split: Split | undefined; readonly folder: string }[];
  /** Whether the folders are parts, and not classes. */
  readonly areFolders: boolean;
  readonly remarks: readonly string[];
  readonly problems: readonly string[];
}

/** @param depth - of the folders that may be parts. */
export function findParts(folders: readonly SplitFolder[], depth: number): Parts {
  const names = [...new Set(folders.flatMap(({ segments }) => segments[depth] ?? []))].sort();
  const others = names.filter((name) => partOf(name) === undefined);
  if (others.length > 0) {
    const sections = [{ split: undefined, folder: '' }];
    return { sections, areFolders: false, remarks: [], problems: findMixture(names, others) };
  }
  const namedAs = (part: PartName) => names.filter((name) => partOf(name) === part);
  const [train] = namedAs('training');
  const [test] = namedAs('test');
  const [validation] = namedAs('validation');
  const heldOut = test ?? validation;
  return {
    sections: [
      ...(train === undefined ? [] : [{ split: 'train' as const, folder: train }]),
      ...(heldOut === undefined ? [] : [{ split: 'test' as const, folder: heldOut }]),
    ],
    areFolders: true,
    remarks: validation === undefined ? [] : [remarkOnValidation(validation, test)],
    problems: [
      ...words.flatMap(([part]) => (namedAs(part).length > 1 ? [describeTwice(part, namedAs(part))] : [])),
      ...(train === undefined
        ? [`There is no training part beside ${listFolders(names)}. Name its folder train/.`]
        : []),
    ],
  };
}

const maxListed = 5;
const listFolders = (names: readonly string[]) =>
  `${names
    .slice(0, maxListed)
    .map((name) => `${name}/`)
    .join(', ')}${names.length > maxListed ? ', …' : ''}`;

/** Folders such as train/, test/ and cats/ beside each other. A class may have the name "train". */
function findMixture(names: readonly string[], others: readonly string[]): string[] {
  const parts = names.filter((name) => exactName.test(name));
  if (parts.length < 2) return [];
  return [
    `Beside ${listFolders(parts)} there are other folders with images: ${listFolders(others)}. Move class folders into the training and the test folder, and other folders out of the dataset.`,
  ];
}

const remarkOnValidation = (validation: string, test: string | undefined) =>
  test === undefined
    ? `There is no test/: ${validation}/ is taken as the test part.`
    : `${validation}/ is not used, because ${test}/ is the test part. To train on its images, move them into the training folder.`;

const describeTwice = (part: PartName, names: readonly string[]) =>
  `Several folders seem to be the ${part} part: ${listFolders(names)}. Keep one of them.`;
