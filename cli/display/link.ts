import { pathToFileURL } from 'node:url';
import { isRemote, locate } from '../../lib/store/locate';
import type { ObjectStore } from '../../lib/store/object-store';
import type { Styles } from './styles';

/** Where to find an object, clickable if it is a file and the terminal supports links. */
export function linkTo(store: ObjectStore, key: string, { link }: Styles): string {
  const text = locate(store, key);
  return isRemote(store) ? text : link(text, pathToFileURL(`${store.location}/${key}`).href);
}
