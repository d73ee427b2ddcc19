import { type PreparedImages, remarkOnImages } from '../../../lib/dataset/rows/remark-on-images';

const nothing = {
  duplicates: { count: 0, examples: [] },
  unreadable: [],
  dropDuplicates: false,
  constant: [{ count: 0, examples: [] }],
} satisfies PreparedImages;
const examples = ['a.png and b.png', 'c.png and d.png', 'e.png and f.png', 'g.png and h.png'];

test.each<[Partial<PreparedImages>, string[]]>([
  [{}, []],
  [{ unreadable: [{ name: 'x.png' }] }, ['1 image cannot be read and is left out: x.png.']],
  [
    {
      constant: [
        { count: 1, examples: ['u'] },
        { count: 1200, examples: ['v', 'w', 'x'] },
      ],
    },
    ['1,201 images have the same value everywhere: u, v, w, and 1,198 more.'],
  ],
  [
    { duplicates: { count: 1, examples: examples.slice(0, 1) } },
    [
      '1 training image is also in the test part, value for value (a.png and b.png): the test accuracy is too high by what the model knows by heart. --drop-duplicates leaves it out of the training.',
    ],
  ],
  [
    { duplicates: { count: 40, examples }, dropDuplicates: true },
    [
      '40 training images are also in the test part, value for value (a.png and b.png; c.png and d.png; e.png and f.png; and 37 more): the training leaves them out.',
    ],
  ],
])('%j', (found, remarks) => {
  expect(remarkOnImages({ ...nothing, ...found })).toEqual(remarks);
});
