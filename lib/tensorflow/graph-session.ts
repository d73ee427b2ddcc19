import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PermanentError } from '../contracts/errors';
import type { FeedType, Graph, GraphTensor, Placeholder } from './graph';
import { NativeUnavailable } from './native-unavailable';

/** The part of tfjs-node's binding that runs graphs; tensors are numbers to it. */
export interface GraphBinding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_UINT8: number;
  createTensor(shape: readonly number[], type: number, values: TensorValues): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TensorValues;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** @param inputs, outputs - names with an output's index, separated by commas. */
  runSavedModel(
    id: number,
    inputIds: readonly number[],
    inputs: string,
    outputs: string,
  ): { readonly id: number }[];
}

export type TensorValues = Float32Array | Int32Array | Uint8Array;

/** What a placeholder stands for in one run. */
export interface Feed {
  readonly placeholder: Placeholder;
  /** Row-major; the placeholder's one open size follows from their count. */
  readonly values: TensorValues;
}

const modelTag = 'train';

/**
 * A graph in native TensorFlow, with the values of its variables from run to run. TensorFlow optimizes the graph as a
 * whole first (a matrix product, its bias and its relu become one operation), and runs what does not wait for each
 * other at once.
 *
 * The binding takes a graph as a saved model only, so that is what the graph travels as.
 */
export class GraphSession {
  readonly #savedModel: number;
  readonly #typeNumbers: Readonly<Record<FeedType, number>>;

  constructor(
    private readonly binding: GraphBinding,
    graph: Graph,
  ) {
    this.#typeNumbers = { float32: binding.TF_FLOAT, int32: binding.TF_INT32, uint8: binding.TF_UINT8 };
    this.#savedModel = inTemporaryFolder((folder) => {
      writeFileSync(join(folder, 'saved_model.pb'), graph.toSavedModel(modelTag));
      return binding.loadSavedModel(folder, modelTag);
    });
  }

  /** The fetched values, row-major; only float32, int32 and bool can be fetched. */
  run(feeds: readonly Feed[], fetches: readonly GraphTensor[]): TensorValues[] {
    const ids: number[] = [];
    try {
      for (const feed of feeds) ids.push(this.toTensor(feed));
      const inputs = feeds.map(({ placeholder }) => toOutputName(placeholder));
      const outputs = this.binding.runSavedModel(
        this.#savedModel,
        ids,
        inputs.join(),
        fetches.map(toOutputName).join(),
      );
      return outputs.map(({ id }) => this.takeValues(id));
    } finally {
      for (const id of ids) this.binding.deleteTensor(id);
    }
  }

  dispose(): void {
    this.binding.deleteSavedModel(this.#savedModel);
  }

  private toTensor({ placeholder: { type, shape }, values }: Feed): number {
    const known = shape.reduce((product, size) => (size < 0 ? product : product * size), 1);
    const sizes = shape.map((size) => (size < 0 ? values.length / known : size));
    return this.binding.createTensor(sizes, this.#typeNumbers[type], values);
  }

  private takeValues(id: number): TensorValues {
    const values = this.binding.tensorDataSync(id);
    this.binding.deleteTensor(id);
    return values;
  }
}

function toOutputName({ name }: GraphTensor): string {
  return name.includes(':') ? name : `${name}:0`;
}

/**
 * Looks whether a graph can travel, before a training depends on it.
 *
 * @throws NativeUnavailable when there is no folder for it.
 */
export function requireGraphFolder(): void {
  rmSync(makeGraphFolder(), { recursive: true });
}

function makeGraphFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'mnist-pipeline-graph-'));
  } catch (cause) {
    throw new NativeUnavailable(
      `native TensorFlow reads its graph from a file, and no folder for it can be made in ${tmpdir()} (${(cause as Error).message})`,
      'Make room there, or set TMPDIR to a folder that can be written.',
    );
  }
}

/** @throws PermanentError EngineUnavailable when it cannot be made any more. */
function inTemporaryFolder<Result>(work: (folder: string) => Result): Result {
  let folder: string;
  try {
    folder = makeGraphFolder();
  } catch (cause) {
    throw new PermanentError(
      'EngineUnavailable',
      `The training cannot go on: ${(cause as Error).message} Or train with --engine wasm.`,
      { evidence: { folder: tmpdir() }, cause },
    );
  }
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
