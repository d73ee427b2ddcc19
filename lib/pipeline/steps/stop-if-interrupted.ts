import { TransientError } from '../../contracts/errors';

/** @throws TransientError Interrupted once `signal` is aborted. */
export function stopIfInterrupted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new TransientError(
    'Interrupted',
    'The preprocessing was told to stop, and stopped between two shards. Start it again to go on; nothing half-written is used.',
  );
}
