import type { ModelLabels } from '../model/model-labels';

/** The labels under the names that files for Python have them. */
export const describeLabels = ({ classNames, white }: ModelLabels) => ({ class_names: classNames, white });

/** The same for formats whose metadata are texts: the names as a JSON list. */
export const labelsAsText = ({ classNames, white }: ModelLabels) => ({
  class_names: JSON.stringify(classNames),
  white: String(white),
});
