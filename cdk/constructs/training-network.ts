import { Validations } from 'aws-cdk-lib';
import {
  GatewayVpcEndpointAwsService,
  type IVpc,
  SecurityGroup,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { Settings } from '../settings';

/** Each zone is a separate pool of spot instances, and not every zone has every type. For the zones see app.ts. */
const allZones = 99;
/** Sixteen subnets of 4,091 addresses: a region has at most six zones, and each zone needs two subnets if private. */
const cidrMask = 20;

/**
 * The network of the training instances, which accept no inbound connections. Public subnets cost nothing while idle;
 * private subnets need a NAT gateway, which costs by the hour. S3 is reached through a gateway endpoint, which is free.
 */
export class TrainingNetwork extends Construct {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  readonly securityGroup: SecurityGroup;
  readonly isPublic: boolean;

  constructor(scope: Construct, id: string, { subnets }: Pick<Settings, 'subnets'>) {
    super(scope, id);
    this.isPublic = subnets === 'public';
    const publicSubnets = { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask };
    const privateSubnets = { name: 'training', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask };
    const vpc = new Vpc(this, 'Vpc', {
      maxAzs: allZones,
      natGateways: this.isPublic ? 0 : 1,
      subnetConfiguration: this.isPublic ? [publicSubnets] : [publicSubnets, privateSubnets],
      // Restricting the default group would need a custom resource with a Lambda function; nothing uses this group.
      restrictDefaultSecurityGroup: false,
    });
    // CDK's types do not support exactOptionalPropertyTypes.
    this.vpc = vpc as IVpc;
    vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    this.subnets = { subnetType: this.isPublic ? SubnetType.PUBLIC : SubnetType.PRIVATE_WITH_EGRESS };
    this.securityGroup = new SecurityGroup(this, 'OutboundOnly', {
      vpc: this.vpc,
      description: 'Training: nothing may connect to it',
      allowAllOutbound: true,
    });
    Validations.of(vpc).acknowledge({
      id: 'AwsSolutions-VPC7',
      reason:
        'No instance accepts a connection or lives longer than its training; flow logs would cost more than they are worth.',
    });
  }
}
