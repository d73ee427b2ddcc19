import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MultipartBody,
  MultipartUserData,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/** The GPU image has 3.9 GB unpacked, in addition to its compressed layers. */
const rootVolumeGib = 60;

/** The launch template of both GPU fleets: an encrypted disk for the image, and instance metadata only for root. */
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
 * Batch runs jobs in the host's network, where the hop limit of 1 has no effect: a job could get the credentials of the
 * instance's role from the metadata. The container does not run as root, so the host's firewall can block it. The script
 * runs before the ECS agent starts; an instance on which it fails powers off before it runs a job.
 *
 * https://docs.aws.amazon.com/batch/latest/userguide/networking-modes-jobs.html,
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html (limiting access by iptables)
 */
function metadataForRootOnly(): MultipartUserData {
  const command =
    'iptables --insert OUTPUT --destination 169.254.169.254 --match owner ! --uid-owner root --jump REJECT || poweroff';
  // Multipart, because Batch adds a part.
  const userData = new MultipartUserData();
  userData.addPart(
    MultipartBody.fromRawBody({
      contentType: 'text/x-shellscript; charset="us-ascii"',
      body: `#!/bin/bash\n${command}\n`,
    }),
  );
  return userData;
}
