import fc from 'fast-check';
import { paretoFront } from '../../../lib/report/sweep/pareto-front';

test.each([
  { name: 'none', points: [], front: [] },
  {
    name: 'cheaper and better',
    points: [
      [1, 1],
      [2, 2],
    ],
    front: [[1, 1]],
  },
  {
    name: 'each better in one',
    points: [
      [2, 1],
      [1, 2],
    ],
    front: [
      [1, 2],
      [2, 1],
    ],
  },
  {
    name: 'equal cost',
    points: [
      [1, 3],
      [1, 2],
      [1, 4],
    ],
    front: [[1, 2]],
  },
  {
    name: 'equal loss',
    points: [
      [3, 1],
      [2, 1],
    ],
    front: [[2, 1]],
  },
])('$name', ({ points, front }) => {
  const toPoint = ([cost, loss]: readonly number[]) => ({ cost: cost!, loss: loss! });
  expect(paretoFront(points.map(toPoint))).toEqual(front.map(toPoint));
});

const pointArbitrary = fc.record({ cost: fc.nat(20), loss: fc.nat(20) });
const beats = (a: { cost: number; loss: number }, b: { cost: number; loss: number }) =>
  a.cost <= b.cost && a.loss <= b.loss && (a.cost < b.cost || a.loss < b.loss);

test('property: no point beats one of the front, and one of the front beats or equals every other', () => {
  fc.assert(
    fc.property(fc.array(pointArbitrary), (points) => {
      const front = paretoFront(points);
      for (const point of points) {
        expect(front.some((each) => beats(point, each))).toBe(false);
        expect(front.some(({ cost, loss }) => cost <= point.cost && loss <= point.loss)).toBe(true);
      }
    }),
  );
});
