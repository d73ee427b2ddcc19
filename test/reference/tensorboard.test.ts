import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventSides, writeTensorboardEvents } from '../../lib/export/tensorboard-events';
import { runPython } from '../support/reference-python';
import { makeEpochs } from '../support/report-factory';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();

test.each(eventSides)('TensorFlow reads the event file of %s', (side) => {
  const epochs = makeEpochs(3);
  const file = join(folder, `events.out.tfevents.0.${side}`);
  writeFileSync(file, writeTensorboardEvents(epochs, side, new Date('2026-03-01T12:00:00Z')));
  const [loss, accuracy] = side === 'train' ? (['loss', 'acc'] as const) : (['val_loss', 'val_acc'] as const);
  const scalars = (name: 'loss' | 'acc' | 'val_loss' | 'val_acc') =>
    epochs.map((epoch) => [epoch.epoch - 1, Math.fround(epoch[name])]);
  expect(runPython('tensorflow_read_events.py', [file])).toEqual({
    epoch_accuracy: scalars(accuracy),
    epoch_loss: scalars(loss),
  });
});
