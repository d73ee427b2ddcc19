import { MemoryStore } from '../../lib/store/memory-store';
import { describeObjectStore } from '../support/object-store-conformance';
import { describeRemovingStore } from '../support/removing-store-conformance';

describeObjectStore('MemoryStore', async () => ({ store: new MemoryStore() }));
describeRemovingStore('MemoryStore', async () => new MemoryStore());
