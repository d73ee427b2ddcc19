/** The part of tfjs-node's binding that runs graphs; it identifies tensors by numbers. */
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
