import { parquetSchema } from 'hyparquet';
import type { DatasetSettings } from '../../contracts/dataset-settings';
import type { ParquetSlice } from '../../contracts/slices';
import { chunksOf, type ParquetMetadata, readCodecs } from './parquet-file';

type Element = ReturnType<typeof parquetSchema>;

export interface ParquetColumns {
  readonly images: string;
  /** Encoded image files, or lists of numbers. */
  readonly content: ParquetSlice['content'];
  readonly labels: string;
  readonly group: string | undefined;
  /** Of Hugging Face's ClassLabel: the name of label i. */
  readonly classNames: readonly string[] | undefined;
}

const imageNames = ['image', 'img', 'images', 'picture', 'photo', 'pixels', 'x'];
const labelNames = ['label', 'labels', 'class', 'target', 'y', 'digit', 'category'];

/** What Hugging Face's datasets writes into the footer about a column. */
interface Feature {
  readonly _type?: string;
  readonly names?: readonly string[];
}

/** @returns a sentence if the columns of images and labels are not found, or cannot be read. */
export function chooseColumns(
  metadata: ParquetMetadata,
  fileName: string,
  { imagesColumn, labelsColumn, groupBy }: Pick<DatasetSettings, 'imagesColumn' | 'labelsColumn' | 'groupBy'>,
): ParquetColumns | string {
  const children = parquetSchema(metadata).children;
  const features = readFeatures(metadata);
  const columns = children.map((child) => ({
    name: child.element.name,
    content: contentOf(child),
    isFlat: child.children.length === 0,
    feature: features[child.element.name],
  }));
  const there = columns
    .map(({ name }) => JSON.stringify(name))
    .slice(0, 20)
    .join(', ');
  const known = (wanted: string, names: readonly string[]) =>
    names.map((name) => columns.find((column) => column.name === name)).find((column) => column) ??
    columns.find(({ name }) => wanted === '' && names.includes(name.toLowerCase()));
  const pictures = columns.filter(({ content }) => content !== undefined);
  const images =
    imagesColumn === ''
      ? (pictures.find(({ feature }) => feature?._type === 'Image') ??
        [known('', imageNames)].find((column) => column?.content !== undefined) ??
        (pictures.length === 1 ? pictures[0] : undefined))
      : known(imagesColumn, [imagesColumn]);
  if (images === undefined) {
    return `${fileName} has no column of images${imagesColumn === '' ? '' : ` ${JSON.stringify(imagesColumn)}`}: its columns are ${there}. Name the column with --images-column.`;
  }
  if (images.content === undefined) {
    return `The column ${JSON.stringify(images.name)} of ${fileName} has neither image files (bytes) nor lists of numbers. Name another column with --images-column.`;
  }
  const classLabels = columns.filter(({ feature }) => feature?._type === 'ClassLabel');
  const labels =
    labelsColumn === ''
      ? (known('', labelNames) ?? (classLabels.length === 1 ? classLabels[0] : undefined))
      : known(labelsColumn, [labelsColumn]);
  if (labels === undefined || !labels.isFlat) {
    return `${fileName} has no column of labels${labelsColumn === '' ? '' : ` ${JSON.stringify(labelsColumn)}`} with one value in a row: its columns are ${there}. Name the column with --labels-column.`;
  }
  const group = groupBy === '' ? undefined : columns.find(({ name, isFlat }) => name === groupBy && isFlat);
  if (groupBy !== '' && group === undefined)
    return `${fileName} has no column ${JSON.stringify(groupBy)} for --group-by: its columns are ${there}.`;
  const names = [images.name, labels.name];
  const codec = findUnreadCodec(metadata, names);
  if (codec !== undefined) {
    return `${fileName} is compressed with ${codec}, and ${readCodecs.join(', ')} are read. Write it again with another compression, for example pq.write_table(table, file, compression="zstd").`;
  }
  return {
    images: images.name,
    content: images.content,
    labels: labels.name,
    group: group?.name,
    classNames: labels.feature?._type === 'ClassLabel' ? labels.feature.names : undefined,
  };
}

function findUnreadCodec(metadata: ParquetMetadata, columns: readonly string[]): string | undefined {
  const chunks = metadata.row_groups.flatMap((group) => columns.flatMap((name) => chunksOf(group, name)));
  return chunks.find(({ codec }) => !readCodecs.includes(codec))?.codec;
}

/** What the rows of a column can be read as; `undefined` for no images. */
function contentOf({ element, children }: Element): ParquetSlice['content'] | undefined {
  const isText = element.converted_type !== undefined || element.logical_type !== undefined;
  if (children.length === 0) return element.type === 'BYTE_ARRAY' && !isText ? 'files' : undefined;
  const bytes = children.find((child) => child.element.name === 'bytes');
  if (bytes?.element.type === 'BYTE_ARRAY') return 'structs';
  return isList(element) ? 'numbers' : undefined;
}

const isList = ({ converted_type, logical_type }: Element['element']) =>
  converted_type === 'LIST' || logical_type?.type === 'LIST';

function readFeatures({
  key_value_metadata: pairs = [],
}: ParquetMetadata): Readonly<Record<string, Feature>> {
  const text = pairs.find(({ key }) => key === 'huggingface')?.value;
  if (text === undefined) return {};
  try {
    const { info } = JSON.parse(text) as { info?: { features?: Record<string, Feature> } };
    return info?.features ?? {};
  } catch {
    // Names of classes are an addition: without them, the labels are the names.
    return {};
  }
}
