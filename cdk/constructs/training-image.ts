import { Aws } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { Compute } from '../../lib/contracts/compute';
import type { Settings } from '../settings';
import { projectFolder } from './bundling';

const imageSources = ['functions/train/Dockerfile', 'dist/**', 'package.json', 'package-lock.json', '.npmrc'];
/** `111122223333.dkr.ecr.eu-west-1.amazonaws.com/name:tag`, or `…@sha256:…`. */
const privateImage = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)[:@](.+)$/;

/** The image for a compute: from the settings, or else built by the deployment. */
export function trainingImage(scope: Construct, compute: Compute, settings: Settings): ContainerImage {
  const ready = compute === 'gpu' ? settings.gpuTrainingImage : settings.trainingImage;
  if (ready !== undefined) return readyImage(scope, `${compute}Repository`, ready);
  return ContainerImage.fromAsset(projectFolder, {
    file: 'functions/train/Dockerfile',
    target: compute,
    platform: Platform.LINUX_AMD64,
    // Only what the Dockerfile copies is included.
    exclude: ['**', ...imageSources.map((path) => `!${path}`)],
  });
}

function readyImage(scope: Construct, id: string, image: string): ContainerImage {
  const [, account, region, repositoryName, tagOrDigest] = privateImage.exec(image) ?? [];
  // A public image needs no rights.
  if (repositoryName === undefined) return ContainerImage.fromRegistry(image);
  const repository = Repository.fromRepositoryAttributes(scope, id, {
    repositoryArn: `arn:${Aws.PARTITION}:ecr:${region}:${account}:repository/${repositoryName}`,
    repositoryName,
  });
  return ContainerImage.fromEcrRepository(repository, tagOrDigest!);
}
