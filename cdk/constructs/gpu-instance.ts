import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MultipartBody,
  MultipartUserData,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/** The GPU image unpacks to 4.5 GB, beside the layers it is unpacked from. */
const rootVolumeGib = 60;

/** The template of both GPU fleets: an encrypted disk with room for the image, and metadata for the system alone. */
export function gpuInstanceTemplate(scope: Construct): LaunchTemplate {
  const existing = scope.node.tryFindChild('GpuInstance');
  if (existing instanceof LaunchTemplate) return existing;
  return new LaunchTemplate(scope, 'GpuInstance', {
    httpTokens: LaunchTemplateHttpTokens.REQUIRED,
    httpPutResponseHopLimit: 1,
    userData: metadataForRootOnly(),
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        volume: BlockDeviceVolume.ebs(rootVolumeGib, {
          volumeType: EbsDeviceVolumeType.GP3,
          encrypted: true,
          deleteOnTermination: true,
        }),
      },
    ],
  });
}

/**
 * Batch runs jobs in the host's network, where the limit of one hop stops nobody: a job could take the instance's role
 * from its metadata. The container is no root user, so the host's firewall can tell them apart. The script runs before
 * the ECS agent starts; an instance on which it fails is given back without having run a job.
 *
 * https://docs.aws.amazon.com/batch/latest/userguide/networking-modes-jobs.html,
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html (limiting access by iptables)
 */
function metadataForRootOnly(): MultipartUserData {
  const command =
    'iptables --insert OUTPUT --destination 169.254.169.254 --match owner ! --uid-owner root --jump REJECT || poweroff';
  // Several parts, as Batch adds one of its own.
  const userData = new MultipartUserData();
  userData.addPart(
    MultipartBody.fromRawBody({
      contentType: 'text/x-shellscript; charset="us-ascii"',
      body: `#!/bin/bash\n${command}\n`,
    }),
  );
  return userData;
}
