/** What a deployment may be told, each with what it changes in the template. */
export const variants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  default: {},
  'both computes': { computes: 'cpu,gpu' },
  'gpu alone': { computes: 'gpu' },
  'on demand alone': { computes: 'cpu,gpu', spot: 'false' },
  'private subnets': { computes: 'cpu,gpu', subnets: 'private' },
  'with an alarm address': { alarmEmail: 'somebody@example.org' },
  'with a budget': { alarmEmail: 'somebody@example.org', monthlyBudgetUsd: '20' },
  'nothing kept': {
    removalPolicy: 'destroy',
    runRetentionDays: '90',
    datasetBuckets: 'digits-one,digits-two',
  },
  'short attempts': { computes: 'cpu,gpu', trainingTimeoutMinutes: '5' },
  'long attempts': { computes: 'cpu,gpu', trainingTimeoutMinutes: '1440' },
};
