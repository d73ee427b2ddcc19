import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { build } from '../scripts/build';
import { projectFolder } from './constructs/bundling';
import { readDeploymentFile, readSettings } from './settings';
import { TrainingPipelineStack } from './training-pipeline-stack';

// The training image runs the build.
build(join(projectFolder, 'dist'), { isMinified: true });

const app = new App();
// From the credentials of the deployment. With them, the network uses every zone that this account has in the region. A
// synth without credentials knows neither, and uses two zones.
const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
const settings = readSettings(app.node, readDeploymentFile(process.cwd()), region);
new TrainingPipelineStack(app, 'MnistPipeline', settings, {
  description:
    'mnist-pipeline: trains a digit classifier on demand; no machine while idle, see docs/costs.md.',
  ...(account !== undefined && region !== undefined ? { env: { account, region } } : {}),
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
