import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { NativeUnavailable } from './native-unavailable';

/** A release of TensorFlow on PyPI that the TensorFlow.js binding can be built against. */
export interface TensorFlowRelease {
  /** `tensorflow-cpu` computes on the CPU only; on Linux `tensorflow` is the CUDA build. */
  readonly package: 'tensorflow-cpu' | 'tensorflow';
  readonly version: string;
  /** SHA-256 of the wheel for CPython 3.11 on manylinux_2_27_x86_64; only its headers and two libraries are used. */
  readonly wheelSha256: string;
  readonly wheelMegabytes: number;
  /** Libraries of CUDA; none for the CPU. */
  readonly cudaWheels: readonly CudaWheel[];
  /** Disk space after the installation. */
  readonly keptMegabytes: number;
}

/** One of NVIDIA's packages on PyPI. */
export interface CudaWheel {
  readonly package: `nvidia-${string}-cu12`;
  readonly version: string;
  /** SHA-256 of the wheel for manylinux2014_x86_64. */
  readonly sha256: string;
  readonly megabytes: number;
}

export const cpuRelease: TensorFlowRelease = {
  package: 'tensorflow-cpu',
  version: '2.21.0',
  wheelSha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  wheelMegabytes: 274,
  cudaWheels: [],
  keptMegabytes: 650,
};

/**
 * The CUDA build, with the lowest versions that the wheel's extra `and-cuda` allows, which are those it was built
 * with. What one GPU does not need is omitted: docs/decisions/0005.
 */
export const gpuRelease: TensorFlowRelease = {
  package: 'tensorflow',
  version: '2.21.0',
  wheelSha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
  wheelMegabytes: 572,
  cudaWheels: [
    {
      package: 'nvidia-cublas-cu12',
      version: '12.5.3.2',
      sha256: 'ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b',
      megabytes: 363,
    },
    {
      package: 'nvidia-cuda-nvrtc-cu12',
      version: '12.5.82',
      sha256: '3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd',
      megabytes: 25,
    },
    {
      package: 'nvidia-cuda-runtime-cu12',
      version: '12.5.82',
      sha256: '3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115',
      megabytes: 1,
    },
    {
      package: 'nvidia-cudnn-cu12',
      version: '9.3.0.75',
      sha256: '9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d',
      megabytes: 577,
    },
    {
      package: 'nvidia-cufft-cu12',
      version: '11.2.3.61',
      sha256: '9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8',
      megabytes: 193,
    },
    {
      package: 'nvidia-cusolver-cu12',
      version: '11.6.3.83',
      sha256: '93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b',
      megabytes: 130,
    },
    {
      package: 'nvidia-cusparse-cu12',
      version: '12.5.1.3',
      sha256: '016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752',
      megabytes: 218,
    },
    {
      package: 'nvidia-nvjitlink-cu12',
      version: '12.5.82',
      sha256: 'f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212',
      megabytes: 21,
    },
  ],
  keptMegabytes: 3370,
};

/** Total size of all wheels. */
export function downloadMegabytes({ wheelMegabytes, cudaWheels }: TensorFlowRelease): number {
  return cudaWheels.reduce((sum, { megabytes }) => sum + megabytes, wheelMegabytes);
}

/** Of @tensorflow/tfjs-node, whose package ships the binding's source. */
export const tfjsNodeVersion = '4.22.0';

/** The binding looks for the two libraries in `../../deps/lib`, seen from itself. */
export const bindingFile = 'lib/napi-v8/tfjs_binding.node';
/** Loaded before the binding; see quieten-log.cc. */
export const quietenLogFile = 'lib/napi-v8/quieten_log.node';
/** For a release with CUDA: loading it fails where TensorFlow cannot find CUDA's libraries; see require-cuda.cc. */
export const requireCudaFile = 'lib/napi-v8/require_cuda.node';
/** One of the folders where TensorFlow searches for CUDA's libraries, relative to its own; see docs/decisions/0005. */
export const cudaFolder = 'deps/nvidia/cuda_runtime/lib';
export const libraryFiles = ['deps/lib/libtensorflow_cc.so.2', 'deps/lib/libtensorflow_framework.so.2'];

/**
 * `$MNIST_PIPELINE_CACHE`, else `$XDG_CACHE_HOME/mnist-pipeline`, else `~/.cache/mnist-pipeline`.
 *
 * @throws NativeUnavailable for a user without a home folder, as in some containers.
 */
export function findCacheRoot(
  environment: NodeJS.ProcessEnv = process.env,
  findHome: () => string = homedir,
): string {
  const { MNIST_PIPELINE_CACHE: own = '', XDG_CACHE_HOME: shared = '' } = environment;
  if (own !== '') return resolve(own);
  // The XDG base directory specification says that relative paths are invalid and ignored.
  return join(isAbsolute(shared) ? shared : join(requireHome(findHome), '.cache'), 'mnist-pipeline');
}

/** Node.js reads `HOME`, or else the user's entry in the system database; both may be absent. */
function requireHome(findHome: () => string): string {
  let home: string;
  try {
    home = findHome();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SYSTEM_ERROR') throw error;
    home = '';
  }
  if (isAbsolute(home)) return home;
  throw new NativeUnavailable(
    'this user has no home folder to store it in',
    'Set HOME, or set MNIST_PIPELINE_CACHE to a writable folder.',
  );
}

/** Where a prepared release is kept: one folder for each pair of versions, shared by all checkouts. */
export function nativeCacheFolder(
  release: TensorFlowRelease = cpuRelease,
  cacheRoot: string = findCacheRoot(),
): string {
  return join(cacheRoot, `${release.package}-${release.version}-tfjs-node-${tfjsNodeVersion}-linux-x64`);
}
