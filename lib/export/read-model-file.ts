import { type ModelFile, readKerasFile } from './read-keras-model';
import { type ReadBeside, readModelJson } from './read-model-json';

/**
 * Reads the architecture of a model, and its weights if the file has them: an `.h5` or `.keras` file of Keras, the JSON of
 * `model.to_json()`, or a `model.json` of TensorFlow.js. The content decides, not the name.
 *
 * @param what - for the message, e.g. `The model "digits.keras"`.
 * @throws PermanentError InvalidInput for another kind of file, a damaged one, or a layer that is not supported.
 */
export function readModelFile(bytes: Uint8Array, what: string, readBeside: ReadBeside): Promise<ModelFile> {
  return isText(bytes) ? readModelJson(bytes, what, readBeside) : readKerasFile(bytes, what);
}

/** `{` or `"` after white space, also behind a byte order mark. */
function isText(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 64))
    .toString('latin1')
    .replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '');
  return /^[\s\0]*[{"]/.test(start);
}
