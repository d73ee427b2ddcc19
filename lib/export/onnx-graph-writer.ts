import type { OnnxAttribute, OnnxGraph, OnnxTensor } from '../model/layers/onnx-graph';
import { encodeNode, encodeTensor } from './onnx-messages';

const permutations = { first: [0, 3, 1, 2], last: [0, 2, 3, 1] } as const;

/** Collects the nodes and constants of an ONNX graph. */
export class OnnxGraphWriter implements OnnxGraph {
  private readonly parts: Uint8Array[] = [];
  private readonly defined = new Set<string>();
  /** Images with the channels moved, by the name of the tensor that they were moved from. */
  private readonly moved = new Map<string, OnnxTensor>();
  private count = 0;

  apply(
    operator: string,
    inputs: readonly [OnnxTensor, ...(OnnxTensor | string)[]],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    shape: readonly number[] = inputs[0].shape,
  ): OnnxTensor {
    this.count += 1;
    const name = `${operator}_${this.count}`;
    const names = inputs.map((input) => (typeof input === 'string' ? input : input.name));
    this.parts.push(encodeNode(operator, names, name, attributes));
    return { name, shape, hasChannelsFirst: inputs[0].hasChannelsFirst && shape.length === 3 };
  }

  define(name: string, shape: readonly number[], values: Float32Array | BigInt64Array): string {
    if (!this.defined.has(name)) this.parts.push(encodeTensor(name, shape, values));
    this.defined.add(name);
    return name;
  }

  number(value: number): string {
    return this.define(`number_${value}`, [], Float32Array.of(value));
  }

  order(x: OnnxTensor, channels: 'first' | 'last'): OnnxTensor {
    if (x.shape.length !== 3 || x.hasChannelsFirst === (channels === 'first')) return x;
    const known = this.moved.get(x.name);
    if (known !== undefined) return known;
    const transposed = this.apply('Transpose', [x], { perm: { ints: permutations[channels] } });
    const moved = { ...transposed, hasChannelsFirst: channels === 'first' };
    this.moved.set(x.name, moved);
    this.moved.set(moved.name, x);
    return moved;
  }

  finish(last: OnnxTensor, output: string): Uint8Array[] {
    const { name } = this.order(last, 'last');
    return [...this.parts, encodeNode('Identity', [name], output, {})];
  }
}
