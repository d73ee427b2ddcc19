import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { unzipSync } from 'fflate';
import { z } from 'zod';
import type { Case, CaseContext } from './cases';
import { cloudAssemblyFolder } from './emulator-process';
import { readRoleSessions } from './role-records';

interface Place {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The secret of the caller, and those of every role that was used. */
async function readSecrets({ emulator }: CaseContext): Promise<string[]> {
  const sessions = await readRoleSessions(emulator);
  const ofRoles = sessions.flatMap(({ credentials: { secretAccessKey, sessionToken } }) => [
    secretAccessKey,
    sessionToken,
  ]);
  return [process.env['AWS_SECRET_ACCESS_KEY']!, ...ofRoles];
}

const textPlace = (name: string, text: string): Place => ({ name, bytes: new TextEncoder().encode(text) });

async function* readFiles(folder: string, isLeftOut: (name: string) => boolean): AsyncIterable<Place> {
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if (isLeftOut(basename(name)) || !(await stat(path)).isFile()) continue;
    yield { name: path, bytes: await readFile(path) };
  }
}

async function* readObjects({ client }: CaseContext): AsyncIterable<Place> {
  for (const [key, bodies] of await client.versionsBelow('')) {
    for (const bytes of bodies) yield* unpack({ name: `s3:${key}`, bytes });
  }
}

/** `.npz` and `.keras` are zip files. */
function* unpack(place: Place): Iterable<Place> {
  yield place;
  const isZip = /\.(npz|keras)$/.test(place.name);
  if (!isZip) return;
  for (const [name, bytes] of Object.entries(unzipSync(place.bytes)))
    yield { name: `${place.name}:${name}`, bytes };
}

const eventsSchema = z.object({ events: z.array(z.object({ message: z.string() })) });
const groupsSchema = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) });

/** The JSON interface of CloudWatch Logs. Two calls are not worth a client. */
async function askLogs(operation: string, request: object): Promise<unknown> {
  const answer = await fetch(process.env['AWS_ENDPOINT_URL']!, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Logs_20140328.${operation}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/logs/aws4_request',
    },
    body: JSON.stringify(request),
  });
  return answer.json();
}

/** The logs of the functions. */
async function* readFunctionLogs(): AsyncIterable<Place> {
  const { logGroups } = groupsSchema.parse(await askLogs('DescribeLogGroups', {}));
  for (const { logGroupName } of logGroups) {
    const { events } = eventsSchema.parse(await askLogs('FilterLogEvents', { logGroupName, limit: 10_000 }));
    if (events.length > 0)
      yield textPlace(`log:${logGroupName}`, events.map(({ message }) => message).join('\n'));
  }
}

async function* readHistories({ client }: CaseContext): AsyncIterable<Place> {
  for (const history of await client.historiesOfAll()) yield textPlace('history', history);
}

const emulatorsOwn = new Set(['emulator.log', 'role-sessions.jsonl', 'role-calls.jsonl']);

/** After all other cases: searches everything that they wrote. */
export const secretsCases: readonly Case[] = [
  {
    name: 'no object, log, history, report or deployed file contains a credential',
    run: async (context) => {
      const secrets = await readSecrets(context);
      // Two for each of five functions and many jobs.
      assert.ok(secrets.length > 20, `Only ${secrets.length} secrets are known`);
      const sources: Readonly<Record<string, AsyncIterable<Place>>> = {
        objects: readObjects(context),
        'function logs': readFunctionLogs(),
        'job logs, command output and fetched files': readFiles(context.folder, (name) =>
          emulatorsOwn.has(name),
        ),
        histories: readHistories(context),
        'template and bundles': readFiles(cloudAssemblyFolder, () => false),
      };
      const found: string[] = [];
      for (const [source, places] of Object.entries(sources)) {
        let count = 0;
        for await (const { name, bytes } of places) {
          count += 1;
          const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
          if (secrets.some((secret) => haystack.includes(secret))) found.push(name);
        }
        console.log(`       ${count} ${source} searched for ${secrets.length} secrets`);
        assert.ok(count > 4, `Only ${count} ${source} were found to search`);
      }
      assert.deepEqual(found, []);
    },
  },
];
