import { judgeAudit } from '../../scripts/audit';

const report = (counts: Partial<Record<string, number>>, findings: object = {}) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: findings,
    metadata: {
      vulnerabilities: { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0, ...counts },
    },
  });
const finding = (name: string, severity: string) => ({ [name]: { name, severity, range: '<1.2.3' } });

test.each([
  ['nothing', report({}), 0, /^Nothing severe: 0 critical/],
  ['moderate findings', report({ moderate: 2 }, finding('a', 'moderate')), 0, /2 moderate/],
  ['a high one', report({ high: 1 }, finding('a', 'high')), 1, /^Severe: a <1\.2\.3 \(high\)/],
  ['a critical one', report({ critical: 1 }, finding('b', 'critical')), 1, /b <1\.2\.3 \(critical\)/],
  [
    'a registry that refuses',
    JSON.stringify({ message: '405 Method Not Allowed', statusCode: 405, error: { summary: '' } }),
    2,
    /^NOT CHECKED.*405 Method Not Allowed/,
  ],
  ['no network', JSON.stringify({ error: { summary: 'request failed' } }), 2, /NOT CHECKED.*request failed/],
  ['silence', '', 2, /NOT CHECKED.*no answer/],
  ['nonsense', '<html>', 2, /NOT CHECKED.*<html>/],
])('an audit with %s', (_what, output, exitCode, text) => {
  const verdict = judgeAudit(output);
  expect(verdict.exitCode).toBe(exitCode);
  expect(verdict.text).toMatch(text);
});
