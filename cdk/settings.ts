import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Node } from 'constructs';
import { z } from 'zod';
import { computeSchema, lambdaMemoryMib } from '../lib/contracts/compute';
import { PermanentError } from '../lib/contracts/errors';
import { parseJson, parseOrThrow } from '../lib/contracts/parse';
import { mostExpensiveGpuHourUsd, prices } from '../lib/contracts/prices';
import { regionsWithoutBudgets } from './regions';

/** `-c key=value` gives strings, cdk.json gives JSON: a list may also be the string "a,b". */
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

/** The settings of a deployment: in deployment.json, or with `-c` for a single deployment. */
export const settingsSchema = z
  .object({
    /**
     * Where training can run. An execution without `compute` uses the first. `cpu,gpu` adds GPUs, which are off by
     * default: a new account has no quota for them, not every region has them, and their image contains 3.4 GB of CUDA.
     */
    computes: z
      .preprocess((value) => (value === 'both' ? 'gpu,cpu' : value), listOf(computeSchema))
      .pipe(z.array(computeSchema).min(1, 'name at least one of gpu and cpu'))
      .default(['cpu']),
    /**
     * x86 types with one NVIDIA GPU; Batch uses those that are available. In a region without one of these types the
     * deployment of the stack fails.
     */
    gpuInstanceTypes: listOf(
      z
        .string()
        .regex(/^(g4dn|g5|g6|g6e)\.[0-9]*x?large$/, 'a GPU type must be of the family g4dn, g5, g6 or g6e'),
    )
      .pipe(z.array(z.string()).min(1, 'name at least one type, such as g4dn.xlarge'))
      .default(Object.keys(prices.gpuInstanceHour)),
    /**
     * Price of one hour of the most expensive of these types in US dollars, used for the run setting maxCostUsd. The
     * default is g5.xlarge on demand in us-east-1. Batch may use a cheaper type, or spot, and then the bill is lower.
     */
    gpuHourUsd: z.coerce.number().gt(0).max(1000).default(mostExpensiveGpuHourUsd),
    /** Maximum size of the GPU fleet, for spot and on-demand each. It limits what runs, and costs, at the same time. */
    gpuMaxVcpus: wholeNumber.min(4, 'the smallest GPU type has 4 vCPUs').max(256).default(8),
    /** Maximum for Fargate. One training takes 4; a new account has a quota of 6 (L-3032A538). */
    cpuMaxVcpus: wholeNumber.min(4, 'one training takes 4 vCPUs').max(256).default(8),
    /**
     * Memory of the function `plan`, which reads each raw file as a whole and may hold it three times (docs/limits.md).
     * More than the default costs more in every run, and a new account allows at most 3008.
     */
    planMemoryMib: wholeNumber.min(lambdaMemoryMib).max(10_240).default(lambdaMemoryMib),
    /**
     * An existing image, built from functions/train/Dockerfile with the target `cpu` or `gpu`, instead of building one.
     * It is in a private ECR repository, or public. With a digest, every run uses the same image.
     */
    trainingImage: imageSchema.optional(),
    gpuTrainingImage: imageSchema.optional(),
    /** Try spot capacity before on-demand. */
    spot: flag.default(true),
    /** An attempt at training is stopped after this time. */
    trainingTimeoutMinutes: wholeNumber.min(5).max(1440).default(120),
    /** Receives a message about the end of each run, and the alarm. Confirm the subscription in the e-mail from AWS. */
    alarmEmail: z.email('an e-mail address is expected').optional(),
    /** A monthly budget in US dollars for the resources with this stack's tag; needs alarmEmail. */
    monthlyBudgetUsd: z.coerce.number().min(1).optional(),
    /** A CloudWatch dashboard: 3 dollars a month beyond the first three of an account. */
    dashboard: flag.default(false),
    logRetentionDays: wholeNumber
      .refine((days) => retentionDays.includes(days), `one of ${retentionDays.join(', ')} is expected`)
      .default(30),
    /** An interrupted run can be redriven from its checkpoint for this long. */
    checkpointRetentionDays: wholeNumber.min(1).max(3650).default(14),
    /** Runs with their models and reports are deleted after this time; by default never. */
    runRetentionDays: wholeNumber.min(1).max(3650).optional(),
    /** What `cdk destroy` does with the bucket: `retain` keeps it with its content; `destroy` requires it to be empty. */
    removalPolicy: z.enum(['retain', 'destroy']).default('retain'),
    /** `private` adds a NAT gateway, which costs by the hour. */
    subnets: z.enum(['public', 'private']).default('public'),
    /** Buckets with your own datasets, in addition to `uploads/` in the artifact bucket. */
    datasetBuckets: listOf(bucketNameSchema).default([]),
    /** ARNs of the KMS keys of these buckets. A key of another account must allow this account to use it. */
    datasetKeys: listOf(
      z
        .string()
        .regex(
          /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
          'the ARN of a KMS key is expected, such as arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab (an alias cannot be used)',
        ),
    ).default([]),
  })
  .refine(({ monthlyBudgetUsd, alarmEmail }) => monthlyBudgetUsd === undefined || alarmEmail !== undefined, {
    path: ['monthlyBudgetUsd'],
    message: 'a budget needs a recipient: set alarmEmail as well',
  });
export type Settings = z.infer<typeof settingsSchema>;

/** The file keeps the settings, so that `npm run deploy` without options uses them again. */
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
      `${file} is not JSON. It must be an object of deployment settings, such as {"alarmEmail": "me@example.org"}.`,
    );
  }
  return parseOrThrow(fileSchema.partial(), value, `The deployment settings in ${file}`);
}

/**
 * Reads the settings; the CDK context (`-c`) takes precedence over the file.
 *
 * @param region - of the stack, if it is known.
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

/** CloudFormation refuses the whole template if a region does not support one of its resource types. */
function requireBudgets(region: string | undefined): void {
  if (region === undefined || !regionsWithoutBudgets.includes(region)) return;
  throw new PermanentError(
    'InvalidInput',
    `The deployment setting "monthlyBudgetUsd" cannot be used in ${region}, where CloudFormation has no budgets. Leave it out, and create the budget in the console of AWS Budgets, which covers all regions.`,
    { evidence: { region } },
  );
}
