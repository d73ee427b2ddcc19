import { TransientError } from '../../contracts/errors';

/** @throws TransientError Interrupted once `signal` is aborted. */
export function stopIfInterrupted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new TransientError(
    'Interrupted',
    'The preprocessing was interrupted, and stopped between two shards. Start it again to continue; partly written files are not used.',
  );
}
