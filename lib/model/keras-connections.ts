import { PermanentError } from '../contracts/errors';
import type { Source } from './keras-nodes';

/** A layer or a nested model that can be called in a network. */
export interface Usable {
  /** @returns the position of the call that gives the output. */
  readonly use: (inputs: readonly number[]) => number;
}

/** A layer of a functional model, and the inputs of each of its calls. */
interface Connected extends Usable {
  readonly nodes: readonly (readonly Source[])[];
}

/**
 * Calls all layers between a functional model's input and its output.
 *
 * @param given - the position of the call that produces the input.
 * @returns the position of the call that gives the output.
 * @throws PermanentError InvalidInput for missing or circular connections.
 */
export function followConnections(
  children: ReadonlyMap<string, Connected>,
  { input, output }: { readonly input: Source; readonly output: Source },
  given: number,
  what: string,
): number {
  const firstNodes = findFirstNodes(
    [...children.values()].flatMap(({ nodes }) => nodes.flat()).concat(output),
  );
  const done = new Map<string, number | 'begun'>();
  const resolve = ({ layer, node }: Source): number => {
    if (layer === input.layer) return given;
    const position = node - firstNodes.get(layer)!;
    const key = `${position} ${layer}`;
    const known = done.get(key);
    if (typeof known === 'number') return known;
    const child = children.get(layer);
    const from = child?.nodes[position];
    if (child === undefined || from === undefined || from.length === 0 || known === 'begun') {
      throw new PermanentError(
        'InvalidInput',
        `${what} has missing or circular connections at the layer ${JSON.stringify(layer)}. Save it again in Keras.`,
      );
    }
    done.set(key, 'begun');
    const call = child.use(from.map(resolve));
    done.set(key, call);
    return call;
  };
  return resolve(output);
}

/** The first call of a nested model may be its construction, which the file omits. */
function findFirstNodes(sources: readonly Source[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const { layer, node } of sources) {
    first.set(layer, Math.min(node, first.get(layer) ?? Number.POSITIVE_INFINITY));
  }
  return first;
}
