import { lambdaStepNames } from '../../lib/contracts/steps';
import { render, resourcesOf, synthesize } from './synthesize';

const planted = {
  AWS_ACCESS_KEY_ID: 'AKIAPLANTEDPLANTED00',
  AWS_SECRET_ACCESS_KEY: 'planted-secret-of-the-deployment',
  AWS_SESSION_TOKEN: 'planted-token-of-the-deployment',
  GITHUB_TOKEN: 'planted-token-of-the-build',
};
const saved = { ...process.env };
Object.assign(process.env, planted);
const synthesized = synthesize();
afterAll(() => {
  process.env = saved;
});

interface NameValue {
  readonly Name: string;
  readonly Value: unknown;
}

test('the template contains no secret of the deploying environment', () => {
  const text = JSON.stringify(synthesized.template.toJSON());
  expect(Object.values(planted).filter((value) => text.includes(value))).toEqual([]);
});

test('each function gets only the bucket; plan and sweep also the computes and a price, notify what it tells of', () => {
  const environments = resourcesOf(synthesized, 'AWS::Lambda::Function').map(([id, { Properties }]) => {
    const { Variables } = (Properties['Environment'] ?? {}) as { Variables: Record<string, unknown> };
    return [
      /^(?:Functions|Notifications|Sweeps)([a-z]+)Function/.exec(id)?.[1],
      Object.keys(Variables).sort(),
    ];
  });
  const bucket = ['ARTIFACT_BUCKET'];
  expect(Object.fromEntries(environments)).toEqual({
    ...Object.fromEntries(lambdaStepNames.map((step) => [step, bucket])),
    plan: [...bucket, 'COMPUTES', 'GPU_HOUR_USD'],
    sweep: [...bucket, 'COMPUTES', 'GPU_HOUR_USD'],
    notify: [...bucket, 'STACK_NAME', 'SWEEP_STATE_MACHINE_ARN', 'TOPIC_ARN'],
  });
});

test('each container gets the bucket and its compute, and has no secrets', () => {
  const jobs = resourcesOf(synthesized, 'AWS::Batch::JobDefinition');
  expect(jobs.length).toBe(2);
  for (const [, { Properties }] of jobs) {
    const container = Properties['ContainerProperties'] as { Environment: NameValue[]; Secrets?: unknown };
    const variables = container.Environment.map(({ Name, Value }) => `${Name}=${render(Value)}`);
    expect(variables.sort()).toEqual([
      expect.stringMatching(/^ARTIFACT_BUCKET=<Artifacts/),
      expect.stringMatching(/^COMPUTE=(cpu|gpu)$/),
    ]);
    expect(container.Secrets).toBeUndefined();
  }
});
