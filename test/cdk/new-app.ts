import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { App, type AppProps } from 'aws-cdk-lib';
import { useScratchFolder } from '../support/scratch-folder';

const assemblies = useScratchFolder();

/** By itself, the CDK leaves a folder of each app in the folder for temporary files. */
export function newApp(options: AppProps = {}): App {
  return new App({ outdir: mkdtempSync(join(assemblies, 'app-')), analyticsReporting: false, ...options });
}
