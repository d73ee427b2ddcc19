import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findCacheRoot } from '../../lib/tensorflow/native-release';

const run = promisify(execFile);
const packages = ['ministack[full]==1.5.33'];
const startTimeoutMilliseconds = 60_000;

export const projectFolder = join(__dirname, '..', '..');
export const cloudAssemblyFolder = join(projectFolder, 'cdk.out');

/**
 * MiniStack from PyPI, in a virtual environment that is created once.
 *
 * @returns the path of its Python.
 */
async function installPythonTools(): Promise<string> {
  const folder = join(findCacheRoot(), 'emulator');
  const python = join(folder, 'bin', 'python');
  const isInstalled = async () => {
    if (!existsSync(python)) return false;
    const { stdout } = await run(python, ['-m', 'pip', 'list', '--format=freeze']);
    return packages.every((name) => stdout.includes(name.replace('[full]', '')));
  };
  if (await isInstalled()) return python;
  await run('python3', ['-m', 'venv', '--clear', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', ...packages], { maxBuffer: 2 ** 24 });
  return python;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export interface Emulator {
  /** Endpoint, region and credentials, for every client and for the CDK. */
  readonly environment: Readonly<Record<string, string>>;
  /** Process id of an attempt of a job; `undefined` before it starts. */
  readonly attemptPid: (jobId: string, attempt: number) => Promise<number | undefined>;
  /** Makes the run wait when it enters this state. @returns a function that lets it continue. */
  readonly hold: (runId: string, state: string) => Promise<() => Promise<void>>;
  /** The requests of each role, one JSON object a line. */
  readonly roleCallsFile: string;
  /** The credentials of each role, one JSON object a line. */
  readonly roleSessionsFile: string;
  readonly stop: () => Promise<void>;
}

/** Starts on 127.0.0.1 only. Its data is in memory, below `folder`, or in a temporary folder that `stop` removes. */
export async function startEmulator(folder: string): Promise<Emulator> {
  const python = await installPythonTools();
  const port = await findFreePort();
  const jobFolder = join(folder, 'jobs');
  const holdFolder = join(folder, 'held');
  const temporaryFolder = await mkdtemp(join(tmpdir(), 'mnist-pipeline-emulator-'));
  for (const made of [jobFolder, holdFolder]) await mkdir(made, { recursive: true });
  const roleCallsFile = join(folder, 'role-calls.jsonl');
  const roleSessionsFile = join(folder, 'role-sessions.jsonl');
  const log = await open(join(folder, 'emulator.log'), 'w');
  const child = spawn(python, [join(__dirname, 'emulator', 'start.py')], {
    env: {
      ...process.env,
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      CDK_OUT: cloudAssemblyFolder,
      JOB_FOLDER: jobFolder,
      HOLD_FOLDER: holdFolder,
      // Each worker of a function has a copy of its bundle, up to 160 MB, which the emulator does not remove.
      TMPDIR: temporaryFolder,
      // A role may do what its policies allow, and nothing else.
      AUTH: 'true',
      ROLE_CALLS: roleCallsFile,
      ROLE_SESSIONS: roleSessionsFile,
      // These services listen on other ports.
      IOT_MTLS_ENABLED: 'false',
      SFTP_ENABLED: 'false',
      // Waits and retries take a fifth of their time.
      SFN_WAIT_SCALE: '0.2',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    stdio: ['ignore', log.fd, log.fd],
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await waitUntilHealthy(child, endpoint, join(folder, 'emulator.log'));
  return {
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      // A value that can be recognized wherever it should not be.
      AWS_SECRET_ACCESS_KEY: `planted-${randomBytes(16).toString('hex')}`,
      AWS_EC2_METADATA_DISABLED: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
    roleCallsFile,
    roleSessionsFile,
    hold: async (runId, state) => {
      await writeFile(join(holdFolder, runId), state);
      return () => rm(join(holdFolder, runId));
    },
    attemptPid: async (jobId, attempt) => {
      const file = join(jobFolder, `${jobId}-${attempt}.pid`);
      const text = existsSync(file) ? await readFile(file, 'utf8') : '';
      return text === '' ? undefined : Number(text);
    },
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null)
        await Promise.race([once(child, 'exit'), pause(5_000, undefined, { ref: false })]);
      if (child.exitCode === null) child.kill('SIGKILL');
      await log.close();
      await rm(temporaryFolder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function waitUntilHealthy(child: ChildProcess, endpoint: string, logFile: string): Promise<void> {
  const giveUpAt = Date.now() + startTimeoutMilliseconds;
  while (Date.now() < giveUpAt && child.exitCode === null) {
    const isHealthy = await fetch(`${endpoint}/_ministack/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isHealthy) return;
    await pause(100);
  }
  child.kill('SIGKILL');
  throw new Error(`The emulator did not start. Its log: ${logFile}`);
}
