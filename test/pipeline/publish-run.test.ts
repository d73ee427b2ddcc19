import { objectKeys } from '../../lib/contracts/object-keys';
import { runRecordSchema } from '../../lib/contracts/results';
import { publishRun } from '../../lib/pipeline/publish-run';
import { getJson } from '../../lib/store/json-objects';
import { MemoryStore } from '../../lib/store/memory-store';
import { sha256Hex } from '../../lib/store/sha256';
import { putFinishedRun } from '../cloud/finished-run';

const body = new TextEncoder().encode('the current version');
const key = objectKeys.report('run');

/** Like S3: a list without checksums, which may be older than the stored objects. */
class ListingStore extends MemoryStore {
  constructor(private readonly hasRecordedChecksums: boolean) {
    super();
  }

  override async *list(prefix: string) {
    for await (const info of super.list(prefix)) yield { key: info.key, bytes: info.bytes - 1 };
  }

  override async head(headKey: string) {
    const info = await super.head(headKey);
    if (info === undefined || this.hasRecordedChecksums) return info;
    return { key: info.key, bytes: info.bytes };
  }
}

test.each([{ hasRecordedChecksums: true }, { hasRecordedChecksums: false }])(
  'size and checksum of an artifact belong to the same version: %o',
  async ({ hasRecordedChecksums }) => {
    const source = new MemoryStore();
    await putFinishedRun(source, 'run');
    const record = await getJson(source, objectKeys.runRecord('run'), runRecordSchema);

    const store = new ListingStore(hasRecordedChecksums);
    await store.put(key, body);
    const published = await publishRun(store, record);
    expect(published.artifacts).toEqual([{ key, bytes: body.byteLength, sha256: sha256Hex(body) }]);
  },
);
