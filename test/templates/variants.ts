/** Deployment settings, each with its effect on the template. */
export const variants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  default: { computes: 'cpu' },
  'both computes': { computes: 'cpu,gpu' },
  'gpu only': { computes: 'gpu' },
  'on demand only': { computes: 'cpu,gpu', spot: 'false' },
  'private subnets': { computes: 'cpu,gpu', subnets: 'private' },
  'with an alarm address': { alarmEmail: 'somebody@example.org' },
  'with a budget': { alarmEmail: 'somebody@example.org', monthlyBudgetUsd: '20' },
  'nothing kept': {
    removalPolicy: 'destroy',
    runRetentionDays: '90',
    datasetBuckets: 'digits-one,digits-two',
  },
  'existing images': {
    computes: 'cpu,gpu',
    trainingImage: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/training:cpu',
    gpuTrainingImage: `registry.example.org/training@sha256:${'0'.repeat(64)}`,
  },
  'encrypted datasets, and a dashboard': {
    datasetBuckets: 'digits-one',
    datasetKeys: 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    dashboard: 'true',
  },
  'short attempts': { computes: 'cpu,gpu', trainingTimeoutMinutes: '5' },
  'long attempts': { computes: 'cpu,gpu', trainingTimeoutMinutes: '1440' },
};
