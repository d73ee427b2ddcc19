import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { type Case, uploadTinyDataset } from './cases';
import { runProgram } from './program';

/** In this order: the second fetches what the first has trained. */
export const commandLineCases: readonly Case[] = [
  {
    name: 'the command line trains in the cloud, and follows the run to its end',
    run: async (context) => {
      const dataset = await uploadTinyDataset(context.client, 'tiny');
      const settings = ['--dataset', dataset, '--hidden', '8', '--epochs', '2', '--engine', 'wasm'];
      const { code, output } = await runProgram(context, [
        ...['train', '--cloud', '--compute', 'cpu', '--run-id', 'by-command'],
        ...settings,
      ]);
      assert.equal(code, 0, output);
      assert.equal(
        (await context.client.store.head(objectKeys.runRecord('by-command')))?.key,
        'runs/by-command/run.json',
      );
    },
  },
  {
    name: 'the command line fetches model and report',
    run: async (context) => {
      const to = join(context.folder, 'fetched');
      const { code, output } = await runProgram(context, ['fetch', 'by-command', '--to', to]);
      assert.equal(code, 0, output);
      for (const key of [objectKeys.report('by-command'), objectKeys.modelWeights('by-command')]) {
        assert.ok(existsSync(join(to, key)), `${key} was not fetched`);
      }
    },
  },
];
