export interface OrderedClasses {
  /** The label of each folder. */
  readonly labelOf: ReadonlyMap<string, number>;
  /** The name of each label; absent where the folders are numbers. */
  readonly classNames?: readonly string[];
  readonly remarks: readonly string[];
  readonly problems: readonly string[];
}

const wholeNumber = /^(0|[1-9]\d{0,14})$/;

/**
 * Labels of class folders. Folders that are all whole numbers are the labels themselves. Other folders are numbered in the
 * order of their names, as Keras and torchvision do, unless names are given.
 *
 * @param given - names in the order of the labels: names of folders, or other names for numbers or sorted folders.
 * @param origin - of these names, for messages: "classes.txt", "--class-names".
 */
export function orderClasses(
  folders: ReadonlySet<string>,
  given: readonly string[] | undefined,
  origin: string,
): OrderedClasses {
  const sorted = [...folders].sort();
  const areNumbers = sorted.every((folder) => wholeNumber.test(folder));
  const asNumbers = () => new Map(sorted.map((folder) => [folder, Number(folder)]));
  const inOrder = (names: readonly string[]) => new Map(names.map((name, label) => [name, label]));
  const result = { remarks: [], problems: [] };
  if (given === undefined) {
    return areNumbers
      ? { ...result, labelOf: asNumbers() }
      : { ...result, labelOf: inOrder(sorted), classNames: sorted };
  }
  const names = given.map((name) => name.normalize('NFC'));
  const labelOf = inOrder(names);
  const unknown = sorted.filter((folder) => !labelOf.has(folder));
  if (unknown.length === 0) return { ...result, labelOf, classNames: names };
  if (unknown.length === sorted.length && areNumbers)
    return { ...result, labelOf: asNumbers(), classNames: names };
  if (unknown.length === sorted.length && names.length === sorted.length) {
    const remark = `${origin} has none of the names of the class folders: ${sorted
      .map((folder, label) => `${folder} is named ${names[label]}`)
      .slice(0, 3)
      .join(', ')}${sorted.length > 3 ? ', …' : ''}.`;
    return { ...result, labelOf: inOrder(sorted), classNames: names, remarks: [remark] };
  }
  const missing = unknown
    .slice(0, 5)
    .map((folder) => JSON.stringify(folder))
    .join(', ');
  return {
    labelOf: inOrder(sorted),
    remarks: [],
    problems: [
      `${origin} has ${names.length} names, and ${unknown.length} of the ${sorted.length} class folders ${unknown.length === 1 ? 'is' : 'are'} not among them: ${missing}${unknown.length > 5 ? ', …' : ''}. Give the name of every class folder, in the order of the labels.`,
    ],
  };
}
