import type { ExportableModel } from './exportable-model';

/**
 * The weights alone, as `<layer>.<weight>`: https://huggingface.co/docs/safetensors. Eight bytes of header length, a
 * JSON header padded with spaces to a multiple of eight, then the arrays in row-major float32.
 */
export async function writeSafetensors({ layers }: ExportableModel): Promise<Uint8Array> {
  const tensors = layers.flatMap(({ layer, weights }) =>
    weights.map((weight) => ({ ...weight, name: `${layer.config.name}.${weight.name}` })),
  );
  let end = 0;
  const entries = tensors.map(({ name, shape, values }) => {
    const begin = end;
    end += values.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const;
  });
  const json = JSON.stringify(Object.fromEntries(entries));
  const header = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const file = new Uint8Array(8 + header.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  entries.forEach(([, { data_offsets: offsets }], index) => {
    const { buffer, byteOffset, byteLength } = tensors[index]!.values;
    file.set(new Uint8Array(buffer, byteOffset, byteLength), 8 + header.length + offsets[0]!);
  });
  return file;
}
