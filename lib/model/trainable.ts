import { PermanentError } from '../contracts/errors';
import { replaceLayer } from './edit-graph';
import { assertExportedLayer } from './exportable';
import { toLogits } from './heads';
import { type KerasGraph, type Member, modelInput } from './keras-graph';
import { describeLayer, type KerasLayer } from './keras-layers';
import { formatShape, listCallShapes, listGraphWeights } from './layer-shapes';
import type { Shape } from './layers/settings';

/**
 * The network as it is trained, with all sizes known.
 *
 * @param what - for the message, e.g. `The network of this run`.
 * @throws PermanentError InvalidInput that names the layer, the reason and what is allowed, for a network that cannot be
 *   trained or exported, or whose output is not one score for each class.
 */
export function requireTrainable(graph: KerasGraph, classes: number, what: string): KerasGraph {
  assertTrainableLayers(graph, what);
  const shapes = listCallShapes(graph, what);
  for (const [index, { layer }] of graph.calls.entries())
    assertExportedLayer(graph.layers[layer]!, what, shapes[index]!.inputs);
  const outputs = shapes.map(({ output }) => output);
  const output = outputs.at(-1)!;
  if (output.length !== 1 || output[0] !== classes) {
    throw new PermanentError(
      'InvalidInput',
      `${what} has an output of ${formatShape(output)} per image, and the run has ${classes} classes. The output must be one score for each class: end with a Dense of ${classes} units, or give --classes.`,
      { evidence: { classes } },
    );
  }
  const weights = listGraphWeights(graph, what);
  const isTrained = graph.layers.some(
    ({ config }, layer) => config.trainable && weights[layer]!.some(({ isState }) => !isState),
  );
  if (!isTrained) {
    throw new PermanentError(
      'InvalidInput',
      `${what} has no weights to train: no layer has any, or "trainable" is false for all that have. Set layer.trainable = True for at least one Dense or convolution.`,
    );
  }
  return settle(graph, outputs, what);
}

/**
 * The part of the check that does not need the dataset.
 *
 * @throws PermanentError InvalidInput.
 */
export function assertTrainableLayers(graph: KerasGraph, what: string): void {
  for (const layer of graph.layers) assertExportedLayer(layer, what);
  assertHead(graph, what);
  assertNothingIgnored(graph.members, what);
}

/** The loss takes logits, so nothing may follow the softmax, and there must be no other squashing at the end. */
function assertHead(graph: KerasGraph, what: string): void {
  const logits = toLogits(graph);
  const { layer } = logits.calls.at(-1)!;
  const { class_name, config } = logits.layers[layer]!;
  const activation = 'activation' in config ? config.activation : 'linear';
  if (activation === 'linear' && class_name !== 'Softmax') return;
  throw new PermanentError(
    'InvalidInput',
    `${describeLayer(config.name, what)} ends the network with ${class_name === 'Softmax' ? 'softmax twice' : activation}. The last layer must give probabilities by softmax, or logits: use activation="softmax" or none.`,
    { evidence: { layer: config.name } },
  );
}

function assertNothingIgnored(members: readonly Member[], what: string): void {
  for (const member of members) {
    if ('members' in member) assertNothingIgnored(member.members, what);
    else if (member.ignored !== undefined && member.ignored.length > 0) {
      throw new PermanentError(
        'InvalidInput',
        `${describeLayer(member.name, what)} has ${member.ignored.join(' and ')}, which the training would leave out. Allowed is kernel_regularizer="l2" (or L1, L1L2) of Dense and Conv2D; remove the others.`,
        { evidence: { layer: member.name } },
      );
    }
  }
}

/**
 * Fills in the size of a Reshape that follows from the others, and counts the last axis from the end: Keras 2 writes the
 * axis of an image as 3.
 */
function settle(graph: KerasGraph, outputs: readonly Shape[], what: string): KerasGraph {
  return graph.calls.reduce((settled, { layer: position, inputs }, call) => {
    const layer = settled.layers[position]!;
    if (layer.class_name === 'Reshape' && layer.config.target_shape.includes(-1)) {
      const config = { ...layer.config, target_shape: outputs[call] as number[] };
      return replaceLayer(settled, position, { ...layer, config });
    }
    if (layer.class_name !== 'BatchNormalization' && layer.class_name !== 'LayerNormalization')
      return settled;
    const rank = 1 + (inputs[0] === modelInput ? graph.inputShape : outputs[inputs[0]!]!).length;
    const axes = [layer.config.axis].flat();
    if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== rank - 1)) {
      throw new PermanentError(
        'InvalidInput',
        `${describeLayer(layer.config.name, what)} normalizes the axis ${axes.join(', ')} of ${rank}, which cannot be trained and exported. Allowed is the last, -1.`,
        { evidence: { layer: layer.config.name } },
      );
    }
    const axis = layer.class_name === 'LayerNormalization' ? [-1] : -1;
    return replaceLayer(settled, position, { ...layer, config: { ...layer.config, axis } } as KerasLayer);
  }, graph);
}

/** Whether a training normalizes by the statistics of a batch, which one image does not have. */
export function normalizesBatches({ layers }: Pick<KerasGraph, 'layers'>): boolean {
  return layers.some(({ class_name, config }) => class_name === 'BatchNormalization' && config.trainable);
}
