import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { build } from '../scripts/build';
import { projectFolder } from './constructs/bundling';
import { readDeploymentFile, readSettings } from './settings';
import { TrainingPipelineStack } from './training-pipeline-stack';

// What the training image runs.
build(join(projectFolder, 'dist'), { isMinified: true });

const app = new App();
// Those of whoever deploys: with them, the network spans every zone that the region has for this account. A synth
// without credentials knows neither, and takes two zones.
const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
const settings = readSettings(app.node, readDeploymentFile(process.cwd()), region);
new TrainingPipelineStack(app, 'MnistPipeline', settings, {
  description:
    'mnist-pipeline: trains a digit classifier on demand; no machine while idle, see docs/costs.md.',
  ...(account !== undefined && region !== undefined ? { env: { account, region } } : {}),
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
