import fc from 'fast-check';
import {
  formatEpochLine,
  formatProgressLine,
  formatShardsLine,
  formatUploadLine,
  type TrainingPosition,
} from '../../cli/display/progress-line';

const latest = { loss: 0.3389, val_acc: 0.9612 };
const halfway: TrainingPosition = { epoch: 2, epochs: 10, doneFraction: 0.18, secondsLeft: 252, latest };

test.each([
  [80, '  epoch  2/10 ███░░░░░░░░░░░░░░░░  18 %  4:12 left  val_acc 0.9612  loss 0.3389'],
  [60, '  epoch  2/10 ██░░░░░░░░░░  18 %  4:12 left  val_acc 0.9612'],
  [40, '  epoch  2/10 █░░░░░░░  18 %  4:12 left'],
  [39, '  epoch  2/10 ███░░░░░░░░░░░░░░░  18 %'],
  [27, '  epoch  2/10  18 %'],
  [10, '18 %'],
  [4, ''],
])('at %i columns the line is %j', (columns, line) => {
  expect(formatProgressLine(halfway, columns)).toBe(line);
});

test('the bar keeps its width while the time left and the metrics are still unknown', () => {
  const unknown = { ...halfway, secondsLeft: undefined, latest: undefined };
  expect(formatProgressLine(unknown, 80)).toBe('  epoch  2/10 ███░░░░░░░░░░░░░░░░  18 %');
});

test('property: no line is wider than the terminal, and none has a part of a field', () => {
  const positions = fc.integer({ min: 1, max: 1000 }).chain((epochs) =>
    fc.record({
      epoch: fc.integer({ min: 1, max: epochs }),
      epochs: fc.constant(epochs),
      doneFraction: fc.double({ min: 0, max: 1, noNaN: true }),
      secondsLeft: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
      latest: fc.option(
        fc.record({
          loss: fc.double({ min: 0, max: 1e4, noNaN: true }),
          val_acc: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        { nil: undefined },
      ),
    }),
  );
  const whole =
    /^( {2}epoch +\d+\/\d+( [█░]{8,40})? +\d+ %( {2}[\d:]+ left)?( {2}val_acc \d\.\d{4})?( {2}loss \d+\.\d{4})?|\d+ %|)$/;
  fc.assert(
    fc.property(positions, fc.integer({ min: 1, max: 200 }), (position, columns) => {
      const line = formatProgressLine(position, columns);
      expect(line.length).toBeLessThan(Math.max(columns, 1));
      expect(line).toMatch(whole);
    }),
  );
});

test.each([
  [80, `Preparing the dataset  3/7 shards  ${'█'.repeat(17)}${'░'.repeat(23)}`],
  [60, 'Preparing the dataset  3/7 shards  ██████████░░░░░░░░░░░░░░'],
  [40, 'Preparing the dataset  3/7 shards'],
  [30, ''],
])('the preparation at %i columns is %j', (columns, line) => {
  expect(formatShardsLine({ done: 3, count: 7 }, columns)).toBe(line);
});

test.each([
  [100, 'Uploading  25 %  3.0 MB of 12.0 MB  1/8 files  ██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░'],
  [56, 'Uploading  25 %  3.0 MB of 12.0 MB  1/8 files  ██░░░░░░'],
  [46, 'Uploading  25 %  3.0 MB of 12.0 MB  1/8 files'],
  [40, '25 %'],
  [4, ''],
])('an upload at %i columns is %j', (columns, line) => {
  const progress = { doneBytes: 3e6, totalBytes: 12e6, doneFiles: 1, fileCount: 8 };
  expect(formatUploadLine(progress, columns)).toBe(line);
});

test('an upload of empty files counts the files', () => {
  const progress = { doneBytes: 0, totalBytes: 0, doneFiles: 1, fileCount: 2 };
  expect(formatUploadLine(progress, 60)).toBe('Uploading  50 %  0 kB of 0 kB  1/2 files  █████████░░░░░░░░');
});

const epoch = { epoch: 2, loss: 0.3389, acc: 0.9, val_loss: 0.1311, val_acc: 0.9612, seconds: 4.1 };

test.each([
  [undefined, '  epoch  2/10  4.1 s  loss 0.3389  acc 0.9000  val_loss 0.1311  val_acc 0.9612'],
  [80, '  epoch  2/10  4.1 s  loss 0.3389  acc 0.9000  val_loss 0.1311  val_acc 0.9612'],
  [60, '  epoch  2/10  4.1 s  loss 0.3389  val_acc 0.9612'],
  [40, '  epoch  2/10  val_acc 0.9612'],
])('a finished epoch at %s columns leaves %j', (columns, line) => {
  expect(formatEpochLine(epoch, 10, columns)).toBe(line);
});
