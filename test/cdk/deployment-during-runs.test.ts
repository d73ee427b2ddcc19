import { render, resourcesOf, synthesize } from './synthesize';
import { allStates, definitionOf } from './workflow-definition';

const synthesized = synthesize({ computes: 'cpu,gpu' });
const trainings = allStates(definitionOf(synthesized)).filter(([, { Resource }]) =>
  Resource?.endsWith('batch:submitJob.sync'),
);
const jobDefinitions = resourcesOf(synthesized, 'AWS::Batch::JobDefinition');

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
}
const submitRights = resourcesOf(synthesized, 'AWS::IAM::Policy')
  .flatMap(([, { Properties }]) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement)
  .filter(({ Action }) => [Action].flat().includes('batch:SubmitJob'))
  .flatMap(({ Resource }) => [Resource].flat().map(render));

describe('an execution that was started before a deployment', () => {
  it('submits its job by name, so that it gets the revision that is active at that time', () => {
    const submitted = trainings.map(([name, { Arguments }]) => [name, Arguments!['JobDefinition']]);
    expect(Object.fromEntries(submitted)).toEqual({
      'Train on Fargate': 'MnistPipeline-cpu',
      'Train on a spot GPU': 'MnistPipeline-gpu',
      'Train on a GPU on demand': 'MnistPipeline-gpu',
    });
    expect(jobDefinitions.map(([, { Properties }]) => Properties['JobDefinitionName']).sort()).toEqual([
      'MnistPipeline-cpu',
      'MnistPipeline-gpu',
    ]);
  });

  it.each(['cpu', 'gpu'])('may submit every revision of the %s job', (compute) => {
    const revisions = submitRights.filter((arn) => arn.includes(`job-definition/MnistPipeline-${compute}`));
    expect(revisions).toEqual([
      `arn:<AWS::Partition>:batch:<AWS::Region>:<AWS::AccountId>:job-definition/MnistPipeline-${compute}:*`,
    ]);
  });

  it('cannot start before the job definitions exist', () => {
    const [[, machine] = []] = resourcesOf(synthesized, 'AWS::StepFunctions::StateMachine');
    const { DependsOn } = machine as unknown as { DependsOn: string[] };
    expect(DependsOn).toEqual(expect.arrayContaining(jobDefinitions.map(([id]) => id)));
  });
});
