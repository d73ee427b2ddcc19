import { z } from 'zod';
import type { DatasetPart } from '../contracts/dataset';
import { objectKeys } from '../contracts/object-keys';
import type { Slice } from '../contracts/slices';
import { decodeEntry } from '../sources/images/image-entries';
import { getJson, putJson } from '../store/json-objects';
import type { ObjectStore } from '../store/object-store';

/** `part-00000.names.json`: the names of the files of a part, in the order of its rows. */
const partNamesSchema = z.array(z.string());

type Part = Pick<DatasetPart, 'dataset' | 'contentKey' | 'index'>;
const keyOf = ({ dataset, contentKey, index }: Part) => objectKeys.partNames(dataset, contentKey, index);

export function storePartNames(store: ObjectStore, part: Part, names: readonly string[]) {
  return putJson(store, keyOf(part), partNamesSchema, [...names]);
}

/** Empty for a part whose slice needs none. */
export async function readPartNames(
  store: ObjectStore,
  part: Part & Pick<DatasetPart, 'hasNames'>,
): Promise<readonly string[]> {
  return part.hasNames ? getJson(store, keyOf(part), partNamesSchema) : [];
}

/** For messages. */
export const nameSlice = (slice: Slice): string => ('file' in slice ? slice.file.name : 'the folder');

export function nameImage({ slice }: DatasetPart, names: readonly string[], row: number): string {
  if (slice.kind === 'images') return decodeEntry(names[row]!).name;
  const first = 'firstRow' in slice ? (slice.firstRow ?? 0) : 0;
  return names[row] ?? `image ${first + row} of ${nameSlice(slice)}`;
}
