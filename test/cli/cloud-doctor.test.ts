import { join } from 'node:path';
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { inspectAws } from '../../cli/cloud/inspect-aws';
import { useMockedCloud } from '../cloud/mocked-cloud';
import { runCommand } from '../support/command-line';
import { useScratchFolder } from '../support/scratch-folder';

const folder = useScratchFolder();
const { sfn } = useMockedCloud(folder);

describe('doctor', () => {
  const findings = async () =>
    Object.fromEntries(
      JSON.parse((await runCommand(['doctor', '--json'])).out).map((finding: { name: string }) => [
        finding.name,
        finding,
      ]),
    );

  test('shows the access key id and the stack', async () => {
    sfn.on(DescribeStateMachineCommand).resolves({});
    const found = await findings();
    expect(found['AWS credentials']).toMatchObject({ isReady: true, detail: 'access key AKIAFAKE' });
    expect(found['AWS stack']).toMatchObject({
      isReady: true,
      detail: 'MnistPipeline in account 123456789012, eu-central-1',
    });
  });

  test('says what to do if either is missing', async () => {
    process.env['MNIST_PIPELINE_OUTPUTS'] = join(folder, 'absent.json');
    process.env['AWS_CONFIG_FILE'] = join(folder, 'none');
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = join(folder, 'none');
    delete process.env['AWS_ACCESS_KEY_ID'];
    const [credentials, stack] = await inspectAws();
    expect(credentials).toMatchObject({
      isReady: false,
      remedy: expect.stringMatching(/sign in/),
    });
    expect(stack).toMatchObject({
      isReady: false,
      remedy: expect.stringMatching(/npm run deploy/),
    });
  });
});
