import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Emulator } from './emulator-process';

/** A line that test/e2e/emulator/role_calls.py writes. */
const roleCallSchema = z.object({
  role: z.string(),
  action: z.string(),
  resource: z.string(),
  /** The decision of the emulator. */
  isAllowed: z.boolean(),
  context: z.record(z.string(), z.string()),
});
export type RoleCall = z.infer<typeof roleCallSchema>;

const roleSessionSchema = z.object({
  role: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string(), sessionToken: z.string() }),
});

/** Each different call, however often it was made. */
export const readRoleCalls = ({ roleCallsFile }: Emulator) => readLines(roleCallsFile, roleCallSchema);

export const readRoleSessions = ({ roleSessionsFile }: Emulator) =>
  readLines(roleSessionsFile, roleSessionSchema);

async function readLines<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.infer<Schema>[]> {
  const lines = new Set((await readFile(file, 'utf8')).trim().split('\n'));
  return [...lines].map((line) => schema.parse(JSON.parse(line)));
}
