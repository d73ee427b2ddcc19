import { writeHistoryCsv } from '../../lib/export/history-csv';
import { writeTensorboardEvents } from '../../lib/export/tensorboard-events';
import { crc32c, encodeTfRecords } from '../../lib/protobuf/tf-record';
import { makeEpochs } from '../support/report-factory';

test('the table has a header and one line per epoch, and ends with a line feed', () => {
  const [first] = makeEpochs(1);
  expect(
    new TextDecoder().decode(
      writeHistoryCsv([{ ...first!, loss: 0.5, acc: 0.25, val_loss: 1e-7, val_acc: 1 }]),
    ),
  ).toBe('epoch,loss,acc,val_loss,val_acc,seconds\n1,0.5,0.25,1e-7,1,9.5\n');
});

// RFC 3720, B.4: CRC examples.
test.each([
  ['32 bytes of zeroes', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 bytes counting up', Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
  ['"123456789"', new TextEncoder().encode('123456789'), 0xe3069283],
])('CRC-32C of %s', (_, data, expected) => {
  expect(crc32c(data)).toBe(expected);
});

test('a record is its length, two checksums and its data', () => {
  const record = Buffer.from(encodeTfRecords([Uint8Array.of(1, 2, 3)]));
  expect(record.length).toBe(8 + 4 + 3 + 4);
  expect(record.readBigUint64LE(0)).toBe(3n);
  expect([...record.subarray(12, 15)]).toEqual([1, 2, 3]);
});

test('equal histories give equal event files, and the two sides differ', () => {
  const startedAt = new Date('2026-03-01T12:00:00Z');
  const write = (side: 'train' | 'validation') =>
    Buffer.from(writeTensorboardEvents(makeEpochs(3), side, startedAt));
  expect(write('train')).toEqual(write('train'));
  expect(write('train').equals(write('validation'))).toBe(false);
  expect(write('train').toString('latin1')).toContain('epoch_accuracy');
});
