import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prices } from '../../lib/contracts/prices';
import { estimateCostUsd } from '../../lib/pipeline/cost';
import { resourcesOf, type Synthesized, synthesize } from './synthesize';

const read = (...path: string[]) => readFileSync(join(__dirname, '..', '..', ...path), 'utf8');
/** Without line breaks. */
const readProse = (...path: string[]) => read(...path).replaceAll(/\s+/g, ' ');
const page = read('docs', 'costs.md');
const rows = [...page.matchAll(/^\|(.+)\|$/gm)].map(([, row]) => row!.split('|').map((cell) => cell.trim()));
const [header, , ...body] = rows.slice(
  0,
  rows.findIndex(([first]) => first === '**a month**') + 1,
) as string[][];
const total = body.at(-1)!;
const priced = body.slice(0, -1).map(([resource, each, ...counts]) => ({
  resource: resource!.replaceAll('`', ''),
  each: Number(each),
  counts: counts.map(Number),
}));
const typesOnPage = new Set([...page.matchAll(/`(AWS::\w+::\w+)`/g)].map(([, type]) => type!));
const variants = header!
  .slice(2)
  .map((settings, index) => ({ settings: settings.replaceAll('`', ''), index }));

/** Counts images by the compute of their jobs, and all other resources by type. */
function count(synthesized: Synthesized, resource: string): number {
  if (resource.startsWith('AWS::')) return resourcesOf(synthesized, resource).length;
  const compute = resource.includes('CUDA') ? 'gpu' : 'cpu';
  const jobs = resourcesOf(synthesized, 'AWS::Batch::JobDefinition').map(([, { Properties }]) =>
    JSON.stringify(Properties['ContainerProperties']),
  );
  return jobs.filter((job) => job.includes(`{"Name":"COMPUTE","Value":"${compute}"}`)).length;
}

describe.each(variants)('with $settings', ({ settings, index }) => {
  const context = Object.fromEntries(settings.split(' ').map((setting) => setting.split('=')));
  const synthesized = synthesize({ alarmEmail: 'ops@example.org', ...context });

  it.each(priced)('the template has the number of $resource that the page says', ({ resource, counts }) => {
    expect(count(synthesized, resource)).toBe(counts[index]);
  });

  it('the monthly cost is their sum', () => {
    const sum = priced.reduce((dollars, { each, counts }) => dollars + each * counts[index]!, 0);
    expect(total[index + 2]).toBe(`**${sum.toFixed(2)}**`);
  });

  it('every resource is on the page', () => {
    const types = Object.values(
      synthesized.template.toJSON()['Resources'] as Record<string, { Type: string }>,
    );
    expect(types.map(({ Type }) => Type).filter((type) => !typesOnPage.has(type))).toEqual([]);
  });
});

test('the README and docs/aws.md have the same sums, and no page says that idle is free', () => {
  const readme = readProse('README.md');
  const aws = readProse('docs', 'aws.md');
  const [cpuOnly, withGpu] = total.slice(2).map((sum) => sum.replaceAll('*', ''));
  for (const text of [readme, aws]) {
    expect(text).toContain(`${cpuOnly} dollars a month`);
    expect(text).toContain(`${withGpu} with the GPU`);
  }
  for (const text of [readme, aws, read('cdk', 'app.ts')])
    expect(text).not.toMatch(/costs nothing while idle|nothing while no run/);
});

test('the cost of a run on the pages matches the price list', () => {
  const minute = [{ name: 'train' as const, seconds: 60 }];
  const cents = (compute: 'cpu' | 'gpu', seconds = 60) =>
    100 * estimateCostUsd([{ ...minute[0]!, seconds }], compute)!;
  expect(page).toContain(`${cents('cpu').toFixed(1)} cents`);
  expect(page).toContain(`${cents('gpu').toFixed(1)} cents`);
  const limits = readProse('docs', 'limits.md');
  // 2.5 minutes in total, including 75 s for the start.
  expect(limits).toContain(`${cents('cpu', 75).toFixed(2)} cents`);
  expect(limits).toContain(`Fargate costs ${((1000 * cents('cpu', 75)) / 100).toFixed(2)} dollars a day`);
  expect(page).toContain('June 2026');
  expect(prices.asOf).toBe('2026-06');
});
