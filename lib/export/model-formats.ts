import type { ExportableModel } from './exportable-model';
import { writeKerasH5 } from './keras-h5';
import { writeKerasV3 } from './keras-v3';
import { writeOnnx } from './onnx';
import { writeSafetensors } from './safetensors';

/** A file format for export. Equal models give equal bytes. */
export interface ModelFormat {
  /** For messages. */
  readonly name: string;
  /** Within `runs/<runId>/model/`. */
  readonly fileName: string;
  /** @throws PermanentError InvalidInput for a layer that the format does not support. */
  readonly write: (model: ExportableModel) => Promise<Uint8Array>;
}

/** To add a format, add a line here and an example in the model card. */
export const modelFormats: readonly ModelFormat[] = [
  { name: 'Keras 2', fileName: 'model.h5', write: writeKerasH5 },
  { name: 'Keras 3', fileName: 'model.keras', write: writeKerasV3 },
  { name: 'ONNX', fileName: 'model.onnx', write: writeOnnx },
  { name: 'safetensors', fileName: 'model.safetensors', write: writeSafetensors },
];
