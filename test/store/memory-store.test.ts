import { MemoryStore } from '../../lib/store/memory-store';
import { describeObjectStore } from '../support/object-store-conformance';

describeObjectStore('MemoryStore', async () => ({ store: new MemoryStore() }));
