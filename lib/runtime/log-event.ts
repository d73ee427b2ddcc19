import type { Logger } from '@aws-lambda-powertools/logger';
import { shortenMessage } from '../contracts/shorten';
import type { PipelineEvent } from '../pipeline/step-context';

/** Writes one structured line for each event, except for the progress within an epoch and of shards. */
export function logEvent(logger: Pick<Logger, 'info'>, event: PipelineEvent): void {
  switch (event.type) {
    case 'step-started':
    case 'note':
      logger.info(shortenMessage(event.message));
      return;
    case 'epoch-finished':
      logger.info(`Epoch ${event.epoch.epoch} of ${event.epochs}`, { epoch: event.epoch });
      return;
    case 'shards-progress':
    case 'training-progress':
      return;
  }
}
