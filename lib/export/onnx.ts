import { describeSize, imageShapeOf } from '../contracts/image-shape';
import { describeInputValues } from '../model/describe-input';
import { formatsOf } from '../model/exportable';
import { modelInput } from '../model/keras-graph';
import type { OnnxTensor } from '../model/layers/onnx-graph';
import type { ExportableModel } from './exportable-model';
import { labelsAsText } from './label-metadata';
import { OnnxGraphWriter } from './onnx-graph-writer';
import { encodeModel, encodeValueInfo } from './onnx-messages';

/** Opset 17 and IR 8 were published in 2022, and every current runtime supports them. */
const version = { irVersion: 8, opset: 17, producer: 'mnist-pipeline' };
/** The names of input and output. */
export const onnxInput = 'images';
export const onnxOutput = 'probabilities';

/** An inference graph, `images` [batch, …] to `probabilities` [batch, classes]; without dropout. */
export async function writeOnnx(model: ExportableModel): Promise<Uint8Array> {
  return encodeModel(
    model.name,
    [
      ...convertCalls(model),
      encodeValueInfo('input', onnxInput, model.inputShape),
      encodeValueInfo('output', onnxOutput, model.outputShape),
    ],
    { ...version, ...describeForOnnx(model) },
  );
}

/** Independent of the run, so that equal models give equal bytes. */
function describeForOnnx({ inputShape, outputShape, labels }: ExportableModel) {
  const classes = outputShape.at(-1)!;
  const imageShape = imageShapeOf(inputShape);
  return {
    description: `Classifies images of ${describeSize(imageShape)} into ${classes} classes.`,
    metadata: {
      classes: Array.from({ length: classes }, (_, label) => label).join(','),
      ...labelsAsText(labels),
      input: `${onnxInput}: float32 [batch, ${inputShape.join(', ')}], ${describeInputValues(inputShape, labels, labels.preparation?.isInverted === true)}`,
      output: `${onnxOutput}: float32 [batch, ${classes}], the probability of each class`,
    },
  };
}

function convertCalls({ inputShape, layers, calls }: ExportableModel): Uint8Array[] {
  const graph = new OnnxGraphWriter();
  const images: OnnxTensor = { name: onnxInput, shape: inputShape, hasChannelsFirst: false };
  const outputs: OnnxTensor[] = [];
  for (const { layer: index, inputs, outputShape } of calls) {
    const { layer, weights } = layers[index]!;
    const { name } = layer.config;
    const [first, ...others] = inputs.map((input) => (input === modelInput ? images : outputs[input]!));
    const output = formatsOf(layer).onnx({
      graph,
      config: layer.config,
      inputs: [first!, ...others],
      weights: Object.fromEntries(
        weights.map((weight) => [weight.name, { ...weight, name: `${name}.${weight.name}` }]),
      ),
      outputShape,
    });
    outputs.push(output);
  }
  return graph.finish(outputs.at(-1)!, onnxOutput);
}
