import { findLayout } from '../../../lib/sources/images/folder-layout';

/** Two images in each folder. */
const layoutOf = (...paths: string[]) => findLayout(paths.map((path) => ({ path, imageCount: 2 })));

const summarize = (...paths: string[]) => {
  const { sections, places } = layoutOf(...paths);
  return places.map(
    (place) => place && `${sections[place.section]!.split ?? 'all'} ${place.className} ${place.group}`.trim(),
  );
};

test.each<[what: string, folders: string[], places: (string | undefined)[]]>([
  ['class folders', ['cats', 'dogs'], ['all cats', 'all dogs']],
  ['folders below a class', ['cats/a', 'cats/a/b', 'dogs'], ['all cats a', 'all cats a/b', 'all dogs']],
  [
    'train and test',
    ['train/cats', 'train/dogs', 'test/cats', 'test/dogs/x'],
    ['train cats', 'train dogs', 'test cats', 'test dogs x'],
  ],
  [
    'training and testing in any case',
    ['Training/0', 'TESTING/0', 'Training/1'],
    ['train 0', 'test 0', 'train 1'],
  ],
  [
    'parts with longer names, below a folder',
    ['x/MNIST - JPG - training/0', 'x/MNIST - JPG - testing/0'],
    ['train 0', 'test 0'],
  ],
  ['train and val', ['train/cats', 'val/cats'], ['train cats', 'test cats']],
  [
    'train, valid and test',
    ['train/cats', 'valid/cats', 'test/cats'],
    ['train cats', undefined, 'test cats'],
  ],
  ['only train', ['train/cats', 'train/dogs'], ['all cats', 'all dogs']],
  ['folders in folders', ['data/photos/cats', 'data/photos/dogs/a'], ['all cats', 'all dogs a']],
  ['a class with the name of a part', ['train', 'bus'], ['all train', 'all bus']],
  ['valid and invalid', ['valid', 'invalid'], ['all valid', 'all invalid']],
  [
    'a bullet train',
    ['bullet-train/a', 'train/b', 'bus/c'],
    ['all bullet-train a', 'all train b', 'all bus c'],
  ],
])('%s', (_, folders, places) => {
  expect(summarize(...folders)).toEqual(places);
  expect(layoutOf(...folders).problems).toEqual([]);
});

test('NFC and NFD of one name are one class, with a remark', () => {
  const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
  expect(summarize(composed, decomposed, 'bar')).toEqual([`all ${composed}`, `all ${composed}`, 'all bar']);
  expect(layoutOf(composed, decomposed, 'bar').remarks).toEqual([
    'The class "caf\u00e9" has folders whose names look the same and differ in their Unicode form (NFC and NFD). They are taken as one class.',
  ]);
  expect(layoutOf(composed, 'bar').remarks).toEqual([]);
});

test('folders without images do not count', () => {
  const { places } = findLayout([
    { path: '', imageCount: 0 },
    { path: 'cats', imageCount: 1 },
    { path: 'notes', imageCount: 0 },
    { path: 'dogs', imageCount: 1 },
  ]);
  expect(places.map((place) => place?.className)).toEqual([undefined, 'cats', undefined, 'dogs']);
});

test.each<[what: string, folders: string[], remarks: string[]]>([
  ['classes', ['cats', 'dogs'], []],
  [
    'all in one folder',
    ['data/cats', 'data/dogs'],
    ['All images are in the folder data/, which is taken as the dataset.'],
  ],
  ['val without test', ['train/a', 'val/a'], ['There is no test/: val/ is taken as the test part.']],
  [
    'val beside test',
    ['train/a', 'val/a', 'test/a'],
    [
      'val/ is not used, because test/ is the test part. To train on its images, move them into the training folder.',
    ],
  ],
])('what is said of %s', (_, folders, remarks) => {
  expect(layoutOf(...folders).remarks).toEqual(remarks);
});

const expected =
  'A folder of images has one folder for each class, such as cats/1.png and dogs/1.png, directly in it or below train/ and test/.';

test.each<[what: string, folders: string[], problems: string[]]>([
  [
    'no folder',
    [''],
    [`2 images are directly in the dataset, and there are no folders of classes. ${expected}`],
  ],
  [
    'one folder',
    ['photos'],
    [`2 images are in its only folder photos/, and there are no folders of classes. ${expected}`],
  ],
  [
    'images beside class folders',
    ['', 'cats', 'dogs'],
    [
      '2 images are directly in the dataset and in no class folder. Move every image into the folder of its class, or out of the dataset.',
    ],
  ],
  [
    'a test part without classes, as on Kaggle',
    ['train/cats', 'train/dogs', 'test'],
    [
      '2 images are directly in test/ and in no class folder. Move every image into the folder of its class, or out of the dataset.',
    ],
  ],
  [
    'images beside parts',
    ['', 'train/cats', 'test/cats'],
    [
      '2 images are directly in the dataset and in no class folder. Move every image into the folder of its class, or out of the dataset.',
    ],
  ],
  [
    'parts without labels',
    ['train', 'test'],
    [
      '2 images are directly in train/ and in no class folder. Move every image into the folder of its class, or out of the dataset.',
      '2 images are directly in test/ and in no class folder. Move every image into the folder of its class, or out of the dataset.',
    ],
  ],
  [
    'no training part',
    ['test/cats', 'val/cats'],
    ['There is no training part beside test/, val/. Name its folder train/.'],
  ],
  [
    'two training parts',
    ['train/cats', 'training/cats', 'test/cats'],
    ['Several folders seem to be the training part: train/, training/. Keep one of them.'],
  ],
  [
    'parts and classes',
    ['train/cats', 'test/cats', 'dogs'],
    [
      'Beside test/, train/ there are other folders with images: dogs/. Move class folders into the training and the test folder, and other folders out of the dataset.',
    ],
  ],
])('%s', (_, folders, problems) => {
  expect(layoutOf(...folders).problems).toEqual(problems);
});
