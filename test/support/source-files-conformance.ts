import type { Slice } from '../../lib/contracts/slices';
import { sliceSchema } from '../../lib/contracts/slices';
import type { SourceFile, SourceFiles } from '../../lib/sources/source-files';

export interface SourceFilesFixture {
  /** Opens a folder with these files; a second call replaces them. */
  readonly open: (files: Readonly<Record<string, Uint8Array>>) => Promise<SourceFiles>;
  /** Replaces the content of a file. */
  readonly replace: (name: string, body: Uint8Array) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  /** Opens one file by its own address. */
  readonly openOne: (name: string, body: Uint8Array) => Promise<SourceFiles>;
}

const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251);

/** What every adapter of SourceFiles guarantees. */
export function describeSourceFiles(name: string, setUp: () => Promise<SourceFilesFixture>): void {
  describe(name, () => {
    let fixture: SourceFilesFixture;
    beforeEach(async () => {
      fixture = await setUp();
    });

    test('lists all files below, with sizes; names may have spaces and any Unicode', async () => {
      const names = [
        'a b.txt',
        'cats/größe 1.png',
        'cats/gro\u0308ße.png',
        'cats/deep/er/🐈.png',
        'Z#?&%41+.bin',
      ];
      const files = await fixture.open(
        Object.fromEntries(names.map((each, size) => [each, bytes.slice(0, size)])),
      );
      const listed = await collect(files.list());
      expect(listed.map((file) => file.name).sort()).toEqual([...names].sort());
      for (const file of listed) {
        expect(file.bytes).toBe(names.indexOf(file.name));
        expect(await files.find(file.name)).toEqual(file);
        expect(await files.read(file, 0, file.bytes)).toEqual(bytes.slice(0, file.bytes));
      }
    });

    test('leaves out hidden files and folders', async () => {
      const files = await fixture.open({
        '.git/config': bytes,
        'cats/.DS_Store': bytes,
        'cats/1.png': bytes,
      });
      expect((await collect(files.list())).map((file) => file.name)).toEqual(['cats/1.png']);
    });

    test('finds neither an absent file nor a folder', async () => {
      const files = await fixture.open({ 'cats/1.png': bytes });
      expect(await files.find('dogs')).toBeUndefined();
      expect(await files.find('cats')).toBeUndefined();
      expect(await files.find('cats/1.png/x')).toBeUndefined();
    });

    test('reads ranges, and streams from any offset', async () => {
      const files = await fixture.open({ x: bytes });
      const file = (await files.find('x'))!;
      expect(await files.read(file, 100_000, 65_537)).toEqual(bytes.slice(100_000, 165_537));
      expect(await files.read(file, bytes.length, 0)).toHaveLength(0);
      expect(await joined(files.stream(file))).toEqual(bytes);
      expect(await joined(files.stream(file, 299_999))).toEqual(bytes.slice(299_999));
      expect(await joined(files.stream(file, 300_000))).toHaveLength(0);
    });

    test('refuses a range beyond the end', async () => {
      const files = await fixture.open({ x: bytes });
      await expect(files.read((await files.find('x'))!, 299_999, 2)).rejects.toMatchObject({
        name: 'InvalidDataset',
        message: expect.stringMatching(/^x in .* has 300000 bytes, .* at least 300001\. It is truncated/),
      });
    });

    test('refuses a file that changed since it was found, and one that is gone', async () => {
      const files = await fixture.open({ x: bytes });
      const file = (await files.find('x'))!;
      await fixture.replace(
        'x',
        bytes.map((byte) => byte ^ 1),
      );
      const changed = {
        name: 'InvalidDataset',
        message: expect.stringMatching(/^x in .* changed while it was read/),
      };
      await expect(files.read(file, 0, 10)).rejects.toMatchObject(changed);
      await expect(joined(files.stream(file))).rejects.toMatchObject(changed);
      expect((await files.find('x'))!.version).not.toBe(file.version);
      await fixture.remove('x');
      const gone = { ...changed, message: expect.stringMatching(/it is no longer there/) };
      await expect(files.read(file, 0, 10)).rejects.toMatchObject(gone);
      await expect(joined(files.stream(file))).rejects.toMatchObject(gone);
    });

    test('opens a single file by its own address', async () => {
      const files = await fixture.openOne('my data.npz', bytes);
      const listed = await collect(files.list());
      expect(listed).toEqual([{ name: 'my data.npz', bytes: bytes.length, version: expect.any(String) }]);
      expect(await files.find('my data.npz')).toEqual(listed[0]);
      expect(await files.find('x')).toBeUndefined();
      expect(await files.read(listed[0]!, 5, 5)).toEqual(bytes.slice(5, 10));
      expect(files.location).toMatch(/my data\.npz$/);
    });

    test('what it finds is part of a slice', async () => {
      const files = await fixture.open({ x: bytes });
      const slice: Slice = {
        kind: 'values',
        file: (await files.find('x'))!,
        offset: 16,
        type: 'uint8',
        isBigEndian: true,
        rowShape: [28, 28],
        rowCount: 10,
      };
      expect(sliceSchema.parse(JSON.parse(JSON.stringify(slice)))).toEqual(slice);
    });
  });
}

async function collect(list: AsyncIterable<SourceFile>): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for await (const file of list) files.push(file);
  return files;
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return new Uint8Array(Buffer.concat(all));
}
