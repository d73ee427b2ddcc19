import { parentPort } from 'node:worker_threads';
import { isCorrupt } from '../../contracts/errors';
import { unpackShard } from '../../dataset/read-shard';
import type { UnpackAnswer, UnpackRequest } from './shard-threads';

/** The program of `ShardThreads`. */
parentPort?.on('message', async ({ id, file, target }: UnpackRequest) => {
  const answer: UnpackAnswer = await unpackShard(file, target).then(
    () => ({ id }),
    (error: unknown) => {
      if (!isCorrupt(error)) throw error;
      // An error that is sent to another thread loses its class.
      const { message, evidence } = error;
      return { id, problem: { message, evidence } };
    },
  );
  parentPort?.postMessage(answer);
});
