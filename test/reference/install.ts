import { prepareReferencePythons } from '../support/reference-python';

/** Runs before the tests of this folder, which run side by side. */
export default function install(): void {
  prepareReferencePythons();
}
