import type { Epoch } from '../contracts/results';
import { concatenate, double, float, integer, message, text } from '../protobuf/messages';
import { encodeTfRecords } from '../protobuf/tf-record';

/** TensorBoard treats the two curves of a chart as two runs; the names are those of Keras' callback. */
export const eventSides = ['train', 'validation'] as const;
export type EventSide = (typeof eventSides)[number];

/**
 * The epochs as an event file of TensorBoard, with the tags of Keras' TensorBoard callback and its steps from 0. Field
 * numbers are those of event.proto and summary.proto in tensorflow/tensorflow.
 *
 * @param startedAt - the times of epochs are computed from here, so that equal histories give equal bytes.
 */
export function writeTensorboardEvents(
  epochs: readonly Epoch[],
  side: EventSide,
  startedAt: Date,
): Uint8Array {
  let wallSeconds = startedAt.getTime() / 1000;
  const records = [concatenate([double(1, wallSeconds), text(3, 'brain.Event:2')])];
  for (const epoch of epochs) {
    wallSeconds += epoch.seconds;
    const [loss, accuracy] = side === 'train' ? [epoch.loss, epoch.acc] : [epoch.val_loss, epoch.val_acc];
    records.push(
      concatenate([
        double(1, wallSeconds),
        integer(2, epoch.epoch - 1),
        message(5, scalar('epoch_loss', loss), scalar('epoch_accuracy', accuracy)),
      ]),
    );
  }
  return encodeTfRecords(records);
}

const scalar = (tag: string, value: number) => message(1, text(1, tag), float(2, value));
