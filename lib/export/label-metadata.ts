import type { ModelLabels } from '../model/model-labels';

/** The labels under the names that files for Python have them. What an input usually needs not is left out. */
export const describeLabels = ({ classNames, white, black, preparation }: ModelLabels) => ({
  class_names: classNames,
  white,
  ...(black !== undefined && { black }),
  ...(preparation?.isInverted === true && { inverted: true }),
});

/** The same for formats whose metadata are texts: the names as a JSON list. */
export const labelsAsText = (labels: ModelLabels) =>
  Object.fromEntries(
    Object.entries(describeLabels(labels)).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
