import type { ObjectStore } from '../../lib/store/object-store';

/** What every command about a store needs. */
export interface StoreRequest {
  readonly store: ObjectStore;
  readonly isJson: boolean;
}
