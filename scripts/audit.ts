import { z } from 'zod';
import { parseJson } from '../lib/contracts/parse';

const countsSchema = z.object({
  info: z.int(),
  low: z.int(),
  moderate: z.int(),
  high: z.int(),
  critical: z.int(),
});
const findingSchema = z.object({ name: z.string(), severity: z.string(), range: z.string() });
const reportSchema = z.object({
  vulnerabilities: z.record(z.string(), findingSchema),
  metadata: z.object({ vulnerabilities: countsSchema }),
});

export interface AuditVerdict {
  /** 0 nothing severe, 1 a finding of high severity or above, 2 nothing was checked. */
  readonly exitCode: 0 | 1 | 2;
  readonly text: string;
}

/** @param output - what `npm audit --json` wrote to standard output. */
export function judgeAudit(output: string): AuditVerdict {
  const report = reportSchema.safeParse(parseJson(output));
  if (!report.success) {
    return { exitCode: 2, text: `NOT CHECKED: the registry returned no audit (${reasonIn(output)}).` };
  }
  const { vulnerabilities, metadata } = report.data;
  const { info, low, moderate, high, critical } = metadata.vulnerabilities;
  const counts = `${critical} critical, ${high} high, ${moderate} moderate, ${low} low, ${info} info`;
  if (high + critical === 0) return { exitCode: 0, text: `Nothing severe: ${counts}.` };
  const severe = Object.values(vulnerabilities)
    .filter(({ severity }) => severity === 'high' || severity === 'critical')
    .map(({ name, range, severity }) => `${name} ${range} (${severity})`);
  return {
    exitCode: 1,
    text: `Severe: ${severe.join('; ')}. In all ${counts}. "npm audit" has the details.`,
  };
}

function reasonIn(output: string): string {
  const failure = z
    .object({ message: z.string().min(1) })
    .or(z.object({ error: z.object({ summary: z.string().min(1) }) }))
    .safeParse(parseJson(output));
  if (!failure.success) return output.trim() === '' ? 'no answer' : output.trim().slice(0, 200);
  return 'message' in failure.data ? failure.data.message : failure.data.error.summary;
}
