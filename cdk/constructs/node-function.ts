import { join } from 'node:path';
import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from '../settings';
import { type BundledFile, bundle, type MadeFolder, projectFolder } from './bundling';
import { serviceOfThisAccount } from './service-trust';

export interface NodeFunctionProps {
  /** For the descriptions of the function and of its role. */
  readonly purpose: string;
  /** Relative to the repository's root. */
  readonly entry: string;
  readonly memoryMiB: number;
  readonly timeout: Duration;
  readonly files?: readonly BundledFile[];
  readonly folders?: readonly MadeFolder[];
  readonly environment: Readonly<Record<string, string>>;
  readonly settings: Pick<Settings, 'logRetentionDays'>;
}

/** A Lambda function with its own role and log group. The role may only write to this log group. */
export class NodeFunction extends Construct {
  readonly fn: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: serviceOfThisAccount('lambda.amazonaws.com'),
      description: `What ${props.purpose} may do`,
    });
    // AWS' managed policy for Lambda would allow all log groups.
    logGroup.grantWrite(this.role);
    this.fn = new NodejsFunction(this, 'Function', {
      description: `${Stack.of(this).stackName}: ${props.purpose}`,
      entry: join(projectFolder, props.entry),
      projectRoot: projectFolder,
      depsLockFilePath: join(projectFolder, 'package-lock.json'),
      bundling: bundle(props.files, props.folders),
      // Native TensorFlow needs an older version (tensorflow/tfjs#8609), but no function uses it.
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMiB,
      timeout: props.timeout,
      environment: { ...props.environment },
      logGroup,
      role: this.role,
    });
  }
}
