import assert from 'node:assert/strict';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { objectKeys } from '../../lib/contracts/object-keys';
import { decide, isAbout, matchesPattern } from '../support/policy-evaluator';
import type { Case, CaseContext } from './cases';
import { type DeployedRole, type Grant, grantsOf, readDeployedRoles } from './deployed-roles';
import { type RoleCall, readRoleCalls, readRoleSessions } from './role-records';

/** The requests of the roles of this stack, over all cases. */
async function readCalls({ emulator }: CaseContext, roles: readonly DeployedRole[]): Promise<RoleCall[]> {
  const names = new Set(roles.map(({ name }) => name));
  return (await readRoleCalls(emulator)).filter(({ role }) => names.has(role));
}

const callsOf = (calls: readonly RoleCall[], { name }: DeployedRole) =>
  calls.filter(({ role }) => role === name);

interface UnusedRight {
  readonly role: RegExp;
  readonly action: RegExp;
  readonly resource: RegExp;
  readonly why: string;
}

/** Rights that no recorded call used, each with its purpose. */
const unusedRights: readonly UnusedRight[] = [
  {
    role: /^(Functions|Sweepssweep|Notificationsnotify)/,
    action: /^logs:(CreateLogStream|PutLogEvents)$/,
    resource: /log-group/,
    why: 'Lambda writes the log of a function with its role; the emulator writes it without a check',
  },
  {
    role: /ExecutionRole/,
    action: /^(logs:(CreateLogStream|PutLogEvents)|ecr:.*)$/,
    resource: /./,
    why: 'The agent that starts the container pulls its image and writes its log; the emulator has no images',
  },
  {
    role: /^(Workflow|Sweeps)StateMachine/,
    action: /^(logs|xray):/,
    resource: /^\*$/,
    why: 'Step Functions delivers its own log and traces; the emulator keeps them itself',
  },
  {
    role: /^(Workflow|Sweeps)StateMachine/,
    action: /^events:/,
    resource: /StepFunctionsGetEventsFor(BatchJobs|StepFunctionsExecution)Rule$/,
    why: 'The rule that notifies .sync of the end of a job or of an execution; the emulator waits itself',
  },
  {
    role: /^QueueWatchStateMachineEventsRole/,
    action: /^states:StartExecution$/,
    resource: /QueueWatch/,
    why: 'EventBridge starts the watch when Batch reports a waiting job; the emulator’s Batch sends no events',
  },
  {
    role: /^WorkflowStateMachine/,
    action: /^states:RedriveExecution$/,
    resource: /:execution:/,
    why: 'No case redrives a run whose map failed; the same right of the state machine of sweeps is used',
  },
  {
    role: /^(Workflow|Sweeps)StateMachine/,
    action: /^states:(DescribeExecution|StopExecution)$/,
    resource: /:execution:/,
    why: 'A Distributed Map follows and stops its child executions; the emulator does so itself',
  },
  {
    role: /^(Workflow|Sweeps)StateMachine/,
    action: /^lambda:InvokeFunction$/,
    resource: /:\*$/,
    why: 'The CDK also grants the versions and aliases of a function',
  },
  {
    role: /^(Functions(plan|shard|commit|register)|ComputeJob|Sweepssweep)/,
    action: /^s3:ListBucket$/,
    resource: /./,
    why: 'Without it S3 responds with 403 instead of 404 for an absent key; only publishing lists',
  },
];

const describeGrant = ({ logicalId }: DeployedRole, { action, resource }: Grant) =>
  `${logicalId}: ${action} on ${resource}`;

/** Files that one step writes and another may write as well, because both steps may write to their folder. */
const sharedWrites = /^(ComputeJobRole.*\/runs\/[^/]+\/model\/README\.md)$/;

/** Used only by agents of AWS: see `unusedRights`. */
const usedByAws = /ExecutionRole|EventsRole/;

/** After all other cases: checks the requests of the roles in them. */
export const rightsCases: readonly Case[] = [
  {
    name: 'every call of a role is allowed by its policy, and the emulator allowed it',
    run: async (context) => {
      const roles = await readDeployedRoles();
      const calls = await readCalls(context, roles);
      const counts = roles.map((role) => `${callsOf(calls, role).length} ${role.logicalId}`);
      console.log(`       different calls: ${counts.join(', ')}`);
      for (const role of roles.filter(({ logicalId }) => !usedByAws.test(logicalId))) {
        const own = callsOf(calls, role);
        assert.ok(own.length > 0, `${role.logicalId} was never used`);
        for (const call of own) {
          assert.equal(decide(role.statements, call), 'Allow', JSON.stringify(call));
          assert.notEqual(call.isAllowed, false, `The emulator refused ${JSON.stringify(call)}`);
        }
      }
    },
  },
  {
    name: 'every right of every role is used, except for the rights that are listed with a reason',
    run: async (context) => {
      const roles = await readDeployedRoles();
      const calls = await readCalls(context, roles);
      const unused: string[] = [];
      const namesUsed = new Set<UnusedRight>();
      for (const role of roles) {
        const own = callsOf(calls, role);
        for (const grant of grantsOf(role)) {
          const { statement, action, resource } = grant;
          const alone = { ...statement, Action: action, Resource: resource };
          if (own.some((call) => isAbout(alone, call))) continue;
          const named = unusedRights.find(
            (each) =>
              each.role.test(role.logicalId) && each.action.test(action) && each.resource.test(resource),
          );
          if (named === undefined) unused.push(describeGrant(role, grant));
          else namesUsed.add(named);
        }
      }
      assert.deepEqual(unused, []);
      assert.deepEqual(
        unusedRights.filter((named) => !namesUsed.has(named)),
        [],
        'listed as unused, but used',
      );
    },
  },
  {
    name: 'no role may write objects that only other roles wrote',
    run: async (context) => {
      const roles = await readDeployedRoles();
      const writes = (await readCalls(context, roles)).filter(({ action }) => action === 's3:PutObject');
      let refusedCount = 0;
      for (const role of roles) {
        const own = new Set(callsOf(writes, role).map(({ resource }) => resource));
        const ownKinds = [...new Set([...own].map(generalize))];
        for (const write of writes.filter(({ resource }) => !own.has(resource))) {
          const isShared = sharedWrites.test(`${role.logicalId} ${write.resource}`);
          const decision = decide(role.statements, write);
          const isOwnKind = ownKinds.some((kind) => matchesPattern(kind, generalize(write.resource)));
          if (isShared || isOwnKind) continue;
          assert.equal(decision, 'ImplicitDeny', `${role.logicalId} may write ${write.resource}`);
          refusedCount += 1;
        }
      }
      assert.ok(refusedCount > 1000, `Only ${refusedCount} were refused`);
    },
  },
  {
    // The last case, because its refused requests are recorded too.
    name: 'the credentials of a role allow only the calls of its step',
    run: async ({ client, emulator }) => {
      const Bucket = client.outputs.BucketName;
      const sessions = new Map(
        (await readRoleSessions(emulator)).map(({ role, credentials }) => [role, credentials]),
      );
      const reach = Object.entries(mayWrite).map(([prefix, keys]) => ({ prefix, keys }));
      let tries = 0;
      for (const { prefix, keys } of reach) {
        const role = [...sessions.keys()].find((name) => name.includes(prefix));
        assert.ok(role !== undefined, `${prefix} was never used`);
        const s3 = new S3Client({ credentials: sessions.get(role)!, forcePathStyle: true });
        const refused = async (what: string, request: Promise<unknown>) => {
          await assert.rejects(request, { name: 'AccessDenied' }, `${prefix} may ${what}`);
          tries += 1;
        };
        for (const Key of markers.filter((marker) => !keys.includes(marker))) {
          await refused(`write ${Key}`, s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' })));
        }
        for (const Key of [...markers, `${objectKeys.uploads}tiny/train-images-idx3-ubyte`]) {
          await refused(`delete ${Key}`, s3.send(new DeleteObjectCommand({ Bucket, Key })));
        }
        const elsewhere = { Bucket: 'cdk-hnb659fds-assets-000000000000-us-east-1', Key: 'x' };
        await refused('read elsewhere', s3.send(new GetObjectCommand(elsewhere)));
        await refused('make a bucket', s3.send(new CreateBucketCommand({ Bucket: 'another' })));
        const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
        await refused('open the bucket', s3.send(new PutBucketPolicyCommand({ Bucket, Policy })));
      }
      console.log(`       ${tries} attempts by ${reach.length} roles were refused`);
    },
  },
];

/** The markers of a finished run and of a sweep. */
const markers = [
  objectKeys.config('own-1'),
  objectKeys.manifest('tiny', 'content'),
  objectKeys.training('own-1'),
  objectKeys.runRecord('own-1'),
  objectKeys.latestModel('mnist-mlp'),
  objectKeys.sweep('halved'),
  objectKeys.sweepResults('halved'),
];
const mayWrite: Readonly<Record<string, readonly string[]>> = {
  Functionsplan: [objectKeys.config('own-1')],
  Functionsshard: [],
  Functionscommit: [objectKeys.manifest('tiny', 'content')],
  ComputeJob: [objectKeys.training('own-1')],
  Functionsevaluate: [objectKeys.runRecord('own-1')],
  Functionsregister: [objectKeys.latestModel('mnist-mlp')],
  Sweepssweep: [objectKeys.sweepResults('halved')],
};

/** The pattern of the same file of any run, dataset or sweep. */
const generalize = (arn: string) =>
  arn
    .replace(/(:::[^/]+\/(?:runs|datasets|checkpoints|models|sweeps)\/)[^/]+/, '$1*')
    .replace(/prepared\/[^/]+/, 'prepared/*')
    .replace(/\d+/g, '?');
