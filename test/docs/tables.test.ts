import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsSchema } from '../../cdk/settings';
import { exitCodes, stopExitCodes } from '../../cli/exit-codes';
import { permanentErrorNames, transientErrorNames } from '../../lib/contracts/errors';
import { presetNames } from '../../lib/contracts/presets';
import { pipelineSteps } from '../../lib/contracts/steps';
import { synthesize } from '../cdk/synthesize';
import { allStates, definitionOf } from '../cdk/workflow-definition';
import { codeIn, project, readPage, sectionOf, tableRowsOf } from './pages';

const firstCells = (text: string) => tableRowsOf(text).map(([cell]) => cell!);

describe('the runbook', () => {
  const rows = tableRowsOf(sectionOf(readPage('docs/runbook.md'), '## Errors by name'));
  const rowOf = (name: string) => rows.find(([cell]) => cell === `\`${name}\``);

  it.each(permanentErrorNames)('has the permanent error %s, and says that it is not retried', (name) => {
    expect(rowOf(name)?.[2]).toBe('no');
  });

  it.each(transientErrorNames)('has the transient error %s, and says that it is retried', (name) => {
    expect(rowOf(name)?.[2]).toBe('yes');
  });
});

test('docs/cli.md has every exit code', () => {
  const documented = firstCells(sectionOf(readPage('docs/cli.md'), '## Exit codes')).flatMap((cell) =>
    cell.split(', '),
  );
  const codes = [...Object.values(exitCodes), ...Object.values(stopExitCodes)].map(String);
  expect(documented.filter((cell) => /^\d+$/.test(cell)).sort()).toEqual(codes.sort());
});

test('docs/cli.md has every preset', () => {
  const documented = firstCells(sectionOf(readPage('docs/cli.md'), '### Presets')).flatMap(codeIn);
  expect(documented).toEqual(presetNames);
});

test('docs/cli.md has every environment variable that is read', () => {
  const source = ['cli', 'lib'].flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(project, folder, name), 'utf8')),
  );
  const named = new Set(source.flatMap((text) => text.match(/\bMNIST_PIPELINE_[A-Z_]+\b/g) ?? []));
  const documented = codeIn(sectionOf(readPage('docs/cli.md'), '## Environment variables'));
  expect([...named].filter((name) => !documented.includes(name))).toEqual([]);
});

describe('docs/aws.md', () => {
  const page = readPage('docs/aws.md');
  const rows = tableRowsOf(sectionOf(page, '## Settings')).filter(([cell]) => cell!.startsWith('`'));

  it('has every setting of the deployment, and no other', () => {
    const documented = rows.map(([cell]) => codeIn(cell!)[0]);
    expect(documented.sort()).toEqual(Object.keys(settingsSchema.shape).sort());
  });

  const defaults = Object.entries(settingsSchema.parse({})).filter(([, value]) => String(value) !== '');
  it.each(defaults)('has the default of %s', (name, value) => {
    const [, documented] = rows.find(([cell]) => cell === `\`${name}\``)!;
    expect(documented!.replaceAll('`', '')).toBe(String(value));
  });

  it('has every step of the pipeline, with its time limit', () => {
    const limits = tableRowsOf(sectionOf(page, '## The steps'))
      .slice(2)
      .map(([name, , limit]) => [name, limit]);
    const expected = Object.entries(pipelineSteps).map(([name, step]) => [
      name,
      'lambda' in step
        ? `${step.lambda.timeoutMinutes} minutes`
        : '`trainingTimeoutMinutes` for each attempt',
    ]);
    expect(limits).toEqual(expected);
  });

  it('has every state of the workflow in its diagram', () => {
    const diagram = /```mermaid\n(.*?)```/s.exec(page)![1]!;
    const states = allStates(definitionOf(synthesize({ computes: 'cpu,gpu' }))).map(([name]) => name);
    expect(states.length).toBeGreaterThan(15);
    expect(
      states.filter((name) => !new RegExp(`[[{(]${name.replace('?', '\\?')}[\\]})]`).test(diagram)),
    ).toEqual([]);
  });
});

test('CONTRIBUTING describes every folder of lib', () => {
  const folders = readdirSync(join(project, 'lib')).map((name) => `\`lib/${name}/\``);
  const documented = firstCells(sectionOf(readPage('CONTRIBUTING.md'), '## Repository layout'));
  expect(documented.filter((cell) => cell.startsWith('`lib/') && cell !== '`lib/`').sort()).toEqual(
    folders.sort(),
  );
});
