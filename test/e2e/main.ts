import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeInventory } from './account-inventory';
import { assertSmallBundles } from './assembly-checks';
import { type Case, cases, closingCases } from './cases';
import { commandLineCases } from './command-line-cases';
import { concurrencyCases } from './concurrency-cases';
import { convolutionalCases } from './convolutional-cases';
import { costCases } from './cost-cases';
import { assertDeployed, assertNothingLeft, bootstrap, deploy, destroy } from './deployment';
import { deploymentCases } from './deployment-cases';
import { startEmulator } from './emulator-process';
import { fetchedRunCases } from './fetched-run-cases';
import { jobCases } from './job-cases';
import { loadCases } from './load-cases';
import { logCases } from './log-cases';
import { messageCases } from './message-cases';
import { pausingCases } from './pausing-cases';
import { PipelineClient } from './pipeline-client';
import { repeatedEventCases } from './repeated-event-cases';
import { rightsCases } from './rights-cases';
import { secretsCases } from './secrets-cases';
import { stoppingCases, stoppingClosingCases } from './stopping-cases';
import { sweepCases } from './sweep-cases';
import { sweepFailureCases } from './sweep-failure-cases';
import { uploadCases } from './upload-cases';
import { waitingCases } from './waiting-cases';

const allCases: readonly Case[] = [
  ...cases,
  ...jobCases,
  ...logCases,
  ...messageCases,
  ...deploymentCases,
  ...stoppingCases,
  ...waitingCases,
  ...costCases,
  ...pausingCases,
  ...loadCases,
  ...commandLineCases,
  ...uploadCases,
  ...fetchedRunCases,
  ...convolutionalCases,
  ...concurrencyCases,
  ...repeatedEventCases,
  ...sweepCases,
  ...sweepFailureCases,
];
/** These check what all other cases left. */
const lastCases: readonly Case[] = [
  ...closingCases,
  ...rightsCases,
  ...secretsCases,
  ...stoppingClosingCases,
];
const maxFailureCharacters = 1500;

/** Starts and ends with an empty account. Prints one line for each case, and `e2e: N passed, N failed` at the end. */
async function main(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'mnist-pipeline-e2e-'));
  const wanted = new RegExp(process.argv[2] ?? '');
  let passed = 0;
  let failed = 0;
  const check = async (name: string, work: () => Promise<void>) => {
    const startedAt = Date.now();
    const failure = await work().then(
      () => undefined,
      (error: unknown) => error,
    );
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    if (failure === undefined) passed += 1;
    else failed += 1;
    console.log(`${failure === undefined ? 'ok    ' : 'FAILED'} ${seconds.padStart(6)} s  ${name}`);
    if (failure !== undefined) console.log(describe(failure));
  };

  console.log(`Logs: ${folder}`);
  const emulator = await startEmulator(folder);
  let stopped: Promise<void> | undefined;
  const stopAndExit = (exitCode: number) => {
    stopped ??= emulator.stop();
    void stopped.then(() => process.exit(exitCode));
  };
  // Not `once`: this process gets a signal to its group, and again from npm, which passes it on.
  process.on('SIGINT', () => stopAndExit(130));
  process.on('SIGTERM', () => stopAndExit(143));
  try {
    Object.assign(process.env, emulator.environment);
    let client: PipelineClient | undefined;
    await check('cdk bootstrap', () => bootstrap(folder));
    const before = await takeInventory();
    await check('cdk deploy', async () => {
      client = new PipelineClient(await deploy(folder));
      await assertDeployed(before);
    });
    if (client !== undefined) {
      const deployed = client;
      await check('every function’s bundle is below 15 MB, without native code', assertSmallBundles);
      const runWanted = async (of: readonly Case[]) => {
        const aside: Promise<void>[] = [];
        for (const { name, run, isAside = false } of of.filter((each) =>
          new RegExp(wanted).test(each.name),
        )) {
          const checked = check(name, () => run({ client: deployed, emulator, folder }));
          if (isAside) aside.push(checked);
          else await checked;
        }
        await Promise.all(aside);
      };
      await runWanted(allCases);
      await runWanted(lastCases);
      await check('cdk destroy leaves only the resources of cdk bootstrap', async () => {
        await deployed.emptyBucket();
        await destroy(folder);
        await assertNothingLeft(before);
      });
    }
  } finally {
    await emulator.stop();
  }
  console.log(`e2e: ${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

function describe(failure: unknown): string {
  const text = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  return text.slice(0, maxFailureCharacters);
}

void main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    console.error(error);
    console.log('e2e: 0 passed, 1 failed');
    process.exit(1);
  },
);
