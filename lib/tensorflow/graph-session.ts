import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PermanentError } from '../contracts/errors';
import type { FeedType, Graph, GraphTensor, Placeholder } from './graph';
import type { GraphBinding, TensorValues } from './graph-binding';
import { NativeUnavailable } from './native-unavailable';

/** The value of a placeholder in one run. */
export interface Feed {
  readonly placeholder: Placeholder;
  /** Row-major; their count determines the one open size of the placeholder. */
  readonly values: TensorValues;
}

const modelTag = 'train';

/**
 * A graph in native TensorFlow, which keeps its variables from run to run. TensorFlow first optimizes the whole graph (a
 * matrix product, its bias and its relu become one operation), and runs independent operations in parallel.
 *
 * The binding loads graphs only as saved models, so the graph is written to a temporary folder as one.
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
 * Checks that a saved model can be written, before a training depends on it.
 *
 * @throws NativeUnavailable when no folder can be created.
 */
export function requireGraphFolder(): void {
  rmSync(makeGraphFolder(), { recursive: true });
}

function makeGraphFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'mnist-pipeline-graph-'));
  } catch (cause) {
    throw new NativeUnavailable(
      `native TensorFlow reads its graph from a file, and no folder for it can be created in ${tmpdir()} (${(cause as Error).message})`,
      'Free some space there, or set TMPDIR to a writable folder.',
    );
  }
}

/** @throws PermanentError EngineUnavailable when the folder cannot be created. */
function inTemporaryFolder<Result>(work: (folder: string) => Result): Result {
  let folder: string;
  try {
    folder = makeGraphFolder();
  } catch (cause) {
    throw new PermanentError(
      'EngineUnavailable',
      `The training cannot continue: ${(cause as Error).message} Or train with --engine wasm.`,
      { evidence: { folder: tmpdir() }, cause },
    );
  }
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
