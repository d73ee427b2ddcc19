import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Node } from 'constructs';
import { z } from 'zod';
import { computeSchema, lambdaMemoryMib } from '../lib/contracts/compute';
import { PermanentError } from '../lib/contracts/errors';
import { parseJson, parseOrThrow } from '../lib/contracts/parse';
import { dearestGpuHourUsd, prices } from '../lib/contracts/prices';
import { regionsWithoutBudgets } from './regions';

/** `-c key=value` brings strings, cdk.json brings JSON: lists may be "a,b" as well. */
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value),
    z.array(item),
  );
const wholeNumber = z.coerce.number().int();
const flag = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean(),
);

const retentionDays = Object.values(RetentionDays).filter((days) => typeof days === 'number');
const bucketNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'a bucket name is 3 to 63 lower-case letters, digits, "." and "-"',
  );

const imageSchema = z
  .string()
  .regex(
    /^[a-z0-9.-]+(:[0-9]+)?\/[a-z0-9._/-]+(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/,
    'an image is registry/repository:tag or registry/repository@sha256:digest',
  );

/** What a deployment can be told: in deployment.json, and for once with `-c`. */
export const settingsSchema = z
  .object({
    /**
     * Where training can run; the first is what an execution without `compute` gets. A new account has no quota for GPU
     * instances, not every region has them, and their image takes 2.5 GB of CUDA: `cpu,gpu` adds them.
     */
    computes: z
      .preprocess((value) => (value === 'both' ? 'gpu,cpu' : value), listOf(computeSchema))
      .pipe(z.array(computeSchema).min(1, 'name at least one of gpu and cpu'))
      .default(['cpu']),
    /**
     * x86 types with one NVIDIA GPU; Batch takes what it can get. A region that lacks one of them refuses the whole
     * stack.
     */
    gpuInstanceTypes: listOf(
      z
        .string()
        .regex(/^(g4dn|g5|g6|g6e)\.[0-9]*x?large$/, 'GPU types are of the families g4dn, g5, g6 and g6e'),
    )
      .pipe(z.array(z.string()).min(1, 'name at least one type, such as g4dn.xlarge'))
      .default(Object.keys(prices.gpuInstanceHour)),
    /**
     * What an hour of the most expensive of these costs in US dollars: what the run setting maxCostUsd counts with. The default
     * is g5.xlarge on demand in us-east-1; Batch may well take a cheaper one, or spot, and the bill is lower then.
     */
    gpuHourUsd: z.coerce.number().gt(0).max(1000).default(dearestGpuHourUsd),
    /** The fleet's cap, for spot and for on-demand each: what may run, and cost, at the same time. */
    gpuMaxVcpus: wholeNumber.min(4, 'the smallest GPU type has 4 vCPUs').max(256).default(8),
    /** The cap for Fargate. One training takes 4; the quota of an account is 6 (L-3032A538) until it asks for more. */
    cpuMaxVcpus: wholeNumber.min(4, 'one training takes 4 vCPUs').max(256).default(8),
    /**
     * Of the plan's function, which reads each raw file whole and may hold it three times: see docs/limits.md. More
     * than the default costs more in every run, and a new account may have no function with more than 3008.
     */
    planMemoryMib: wholeNumber.min(lambdaMemoryMib).max(10_240).default(lambdaMemoryMib),
    /**
     * A ready image, built from functions/train/Dockerfile, in place of building one: the target `cpu`, and `gpu`. A
     * private repository of ECR, or what anybody may pull; by digest, it is the same image in every run.
     */
    trainingImage: imageSchema.optional(),
    gpuTrainingImage: imageSchema.optional(),
    /** Try spot capacity before on-demand. */
    spot: flag.default(true),
    /** After this an attempt at training is stopped, whatever it does. */
    trainingTimeoutMinutes: wholeNumber.min(5).max(1440).default(120),
    /** Gets a message about the end of each run, and the alarm; confirm the subscription that AWS sends. */
    alarmEmail: z.email('an e-mail address is expected').optional(),
    /** A monthly limit in US dollars for what carries this stack's tag; needs alarmEmail. */
    monthlyBudgetUsd: z.coerce.number().min(1).optional(),
    /** One page with graphs in CloudWatch: 3 dollars a month beyond the first three of an account. */
    dashboard: flag.default(false),
    logRetentionDays: wholeNumber
      .refine((days) => retentionDays.includes(days), `one of ${retentionDays.join(', ')} is expected`)
      .default(30),
    /** A run that was cut off can be redriven from its checkpoint for this long. */
    checkpointRetentionDays: wholeNumber.min(1).max(3650).default(14),
    /** Runs, their models and reports, are deleted after this; left out, never. */
    runRetentionDays: wholeNumber.min(1).max(3650).optional(),
    /** What `cdk destroy` does with the bucket: `retain` keeps datasets, runs and models; `destroy` wants it empty. */
    removalPolicy: z.enum(['retain', 'destroy']).default('retain'),
    /** `private` adds a NAT gateway, which costs by the hour. */
    subnets: z.enum(['public', 'private']).default('public'),
    /** Buckets with datasets of your own, besides `uploads/` in the artifact bucket. */
    datasetBuckets: listOf(bucketNameSchema).default([]),
    /** The KMS keys of those buckets, by ARN. A key of another account has to let this account use it as well. */
    datasetKeys: listOf(
      z
        .string()
        .regex(
          /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
          'the ARN of a KMS key is expected, such as arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab (an alias has no rights of its own)',
        ),
    ).default([]),
  })
  .refine(({ monthlyBudgetUsd, alarmEmail }) => monthlyBudgetUsd === undefined || alarmEmail !== undefined, {
    path: ['monthlyBudgetUsd'],
    message: 'a budget needs somebody to tell: set alarmEmail as well',
  });
export type Settings = z.infer<typeof settingsSchema>;

/** Kept there, so that a plain `npm run deploy` deploys what the last one did. */
export const deploymentFile = 'deployment.json';
const fileSchema = z.strictObject(
  Object.fromEntries(Object.keys(settingsSchema.shape).map((key) => [key, z.unknown()])) as Record<
    keyof typeof settingsSchema.shape,
    z.ZodUnknown
  >,
);

/** @param folder - where `deployment.json` may be. */
export function readDeploymentFile(folder: string): Record<string, unknown> {
  const file = join(folder, deploymentFile);
  if (!existsSync(file)) return {};
  const value = parseJson(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  if (value === undefined) {
    throw new PermanentError(
      'InvalidInput',
      `${file} is no JSON. It must be an object of deployment settings, such as {"alarmEmail": "me@example.org"}.`,
    );
  }
  return parseOrThrow(fileSchema.partial(), value, `The deployment settings in ${file}`);
}

/**
 * Reads the settings: those of the CDK context (`-c`) stand over those of the file.
 *
 * @param region - where the stack will be, as far as it is known.
 * @throws PermanentError InvalidInput, naming each setting, what was received and what is allowed.
 */
export function readSettings(
  node: Node,
  fromFile: Readonly<Record<string, unknown>> = {},
  region?: string,
): Settings {
  const given = Object.keys(settingsSchema.shape).map((key) => [
    key,
    node.tryGetContext(key) ?? fromFile[key],
  ]);
  const settings = parseOrThrow(
    settingsSchema,
    Object.fromEntries(given),
    `The deployment settings (${deploymentFile}, -c key=value)`,
  );
  if (settings.monthlyBudgetUsd !== undefined) requireBudgets(region);
  return settings;
}

/** A type that a region does not know would have CloudFormation refuse the whole template. */
function requireBudgets(region: string | undefined): void {
  if (region === undefined || !regionsWithoutBudgets.includes(region)) return;
  throw new PermanentError(
    'InvalidInput',
    `The deployment setting "monthlyBudgetUsd" cannot be used in ${region}, where CloudFormation has no budgets. Leave it out, and make the budget in the console of AWS Budgets, which counts all regions.`,
    { evidence: { region } },
  );
}
