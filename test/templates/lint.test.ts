import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { synthesize } from '../cdk/synthesize';
import { preparePython } from '../support/reference-python';
import { useScratchFolder } from '../support/scratch-folder';
import { inventNames, type Resources, resolveValue } from '../support/template-values';
import {
  type Finding,
  type KnownFinding,
  knownPolicyFindings,
  knownTemplateFindings,
} from './known-findings';
import { variants } from './variants';

const folder = useScratchFolder();
const templates = new Map<string, Resources>();
let programs: string;

beforeAll(() => {
  programs = dirname(preparePython('templates'));
  for (const [variant, settings] of Object.entries(variants)) {
    const template = synthesize(settings, {}, { isValidated: true }).template.toJSON();
    writeFileSync(fileOf(variant), JSON.stringify(template));
    templates.set(variant, template['Resources'] as Resources);
  }
});

const fileOf = (variant: string) => join(folder, `${variant.replaceAll(' ', '-')}.json`);

/** @returns the output of the program. Its exit code is ignored, because it only shows that there are findings. */
function runTool(program: string, parameters: readonly string[], input?: string): unknown {
  const { stdout, stderr, error } = spawnSync(join(programs, program), parameters, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    ...(input === undefined ? {} : { input }),
  });
  if (error !== undefined) throw error;
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`${program} did not write JSON: ${stdout.slice(0, 500)}${stderr.slice(-1500)}`);
  }
}

/** Fails for a finding without an explanation, and for an explanation without a finding. */
function expectOnlyKnown(findings: readonly Finding[], known: readonly KnownFinding[]): void {
  const isExplainedBy = (finding: Finding, { rule, about }: KnownFinding) =>
    finding.rule === rule && about.test(finding.text);
  const unexplained = findings.filter((finding) => !known.some((each) => isExplainedBy(finding, each)));
  expect([...new Set(unexplained.map(({ where, rule, text }) => `${where}: ${rule} ${text}`))]).toEqual([]);
  expect(known.filter((each) => !findings.some((finding) => isExplainedBy(finding, each)))).toEqual([]);
}

interface CfnLintMatch {
  readonly Filename: string;
  readonly Message: string;
  readonly Location: { readonly Path: readonly (string | number)[] };
  readonly Rule: { readonly Id: string };
}

test('cfn-lint accepts every variant in every region', () => {
  const files = [...templates.keys()].map(fileOf);
  const parameters = ['--regions', 'ALL_REGIONS', '--format', 'json', '--template', ...files];
  const matches = runTool('cfn-lint', parameters) as CfnLintMatch[];
  const findings = matches.map(({ Filename, Message, Location, Rule }) => ({
    where: `${basename(Filename)} ${Location.Path.join('/')}`,
    rule: Rule.Id,
    text: Message,
  }));
  expectOnlyKnown(findings, knownTemplateFindings);
});

test('parliament finds no problem in any policy of any variant', () => {
  const documents: Record<string, unknown> = {};
  for (const [variant, resources] of templates) {
    const names = inventNames(resources);
    for (const [logicalId, { Properties }] of Object.entries(resources)) {
      const { PolicyDocument } = Properties ?? {};
      if (PolicyDocument === undefined) continue;
      documents[`${variant} ${logicalId}`] = resolveValue(PolicyDocument, resources, names);
    }
  }
  expect(Object.keys(documents).length).toBeGreaterThan(10 * templates.size);
  const found = runTool('python', [join(__dirname, 'lint_policies.py')], JSON.stringify(documents)) as {
    policy: string;
    issue: string;
    detail: string;
  }[];
  const findings = found.map(({ policy, issue, detail }) => ({ where: policy, rule: issue, text: detail }));
  expectOnlyKnown(findings, knownPolicyFindings);
});

test('the tools detect errors', () => {
  const broken = join(folder, 'broken.json');
  const Resources = { Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayNam: 'x' } } };
  writeFileSync(broken, JSON.stringify({ Resources }));
  const [match] = runTool('cfn-lint', ['--format', 'json', '--template', broken]) as CfnLintMatch[];
  expect(match?.Message).toContain('DisplayNam');
  const statement = { Effect: 'Allow', Action: 's3:PutObjekt', Resource: '*' };
  const policy = { Version: '2012-10-17', Statement: [statement] };
  const found = runTool('python', [join(__dirname, 'lint_policies.py')], JSON.stringify({ policy }));
  expect(found).toMatchObject([{ policy: 'policy', issue: 'UNKNOWN_ACTION' }]);
});
