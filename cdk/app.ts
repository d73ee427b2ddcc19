import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { build } from '../scripts/build';
import { projectFolder } from './constructs/bundling';
import { readSettings } from './settings';
import { TrainingPipelineStack } from './training-pipeline-stack';

// What the training image runs.
build(join(projectFolder, 'dist'), { isMinified: true });

const app = new App();
// No account and no region: they are those of whoever deploys, and nothing is looked up at synth.
new TrainingPipelineStack(app, 'MnistPipeline', readSettings(app.node), {
  description:
    'mnist-pipeline: trains a digit classifier on demand; no machine while idle, see docs/costs.md.',
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
