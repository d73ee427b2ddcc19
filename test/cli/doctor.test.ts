import { inspectGpuFindings } from '../../cli/commands/doctor';
import { gpuRelease } from '../../lib/tensorflow/native-release';

const unused = async () => {
  throw new Error('must not be called');
};

test('without a driver, the build for GPUs is not inspected', async () => {
  expect(await inspectGpuFindings(async () => undefined, unused)).toEqual([
    { name: 'GPU', isReady: false, detail: expect.stringContaining('no NVIDIA driver') },
  ]);
});

test('with a driver, the build for GPUs is inspected too', async () => {
  const findings = await inspectGpuFindings(
    async () => 'Tesla T4, driver 550.90.07',
    async (options) => {
      expect(options).toEqual({ release: gpuRelease });
      return { available: false, reason: 'not prepared yet', remedy: 'The next training prepares it.' };
    },
  );
  expect(findings).toEqual([
    { name: 'GPU', isReady: true, detail: 'Tesla T4, driver 550.90.07' },
    {
      name: 'TensorFlow for the GPU',
      isReady: false,
      detail: 'not prepared yet',
      remedy: 'The next training prepares it.',
    },
  ]);
});
