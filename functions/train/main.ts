import { Logger } from '@aws-lambda-powertools/logger';
import { runTrainingJob } from './training-job';

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort('SIGTERM'));

const logger = new Logger({ serviceName: 'train' });
void runTrainingJob(process.env, logger, stop.signal).then((exitCode) => {
  // Native TensorFlow and keep-alive sockets may keep the process alive; everything is stored at this point.
  process.exit(exitCode);
});
