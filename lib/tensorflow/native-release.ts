import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** A release of TensorFlow on PyPI that the TensorFlow.js binding can be built against. */
export interface TensorFlowRelease {
  /** `tensorflow-cpu` computes on the CPU only; on Linux `tensorflow` is the CUDA build. */
  readonly package: 'tensorflow-cpu' | 'tensorflow';
  readonly version: string;
  /** Of the wheel for CPython 3.11 on manylinux_2_27_x86_64; only its headers and two libraries are used. */
  readonly wheelSha256: string;
  readonly wheelMegabytes: number;
}

export const cpuRelease: TensorFlowRelease = {
  package: 'tensorflow-cpu',
  version: '2.21.0',
  wheelSha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  wheelMegabytes: 274,
};

/** Of @tensorflow/tfjs-node, whose package ships the binding's source. */
export const tfjsNodeVersion = '4.22.0';

/** The binding looks for the two libraries in `../../deps/lib`, seen from itself. */
export const bindingFile = 'lib/napi-v8/tfjs_binding.node';
/** Loaded before the binding; see quieten-log.cc. */
export const quietenLogFile = 'lib/napi-v8/quieten_log.node';
export const libraryFiles = ['deps/lib/libtensorflow_cc.so.2', 'deps/lib/libtensorflow_framework.so.2'];

/** `$MNIST_PIPELINE_CACHE`, else `$XDG_CACHE_HOME/mnist-pipeline`, else `~/.cache/mnist-pipeline`. */
export function findCacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const { MNIST_PIPELINE_CACHE: own = '', XDG_CACHE_HOME: shared = '' } = environment;
  if (own !== '') return resolve(own);
  // The XDG base directory specification has relative paths ignored.
  return join(isAbsolute(shared) ? shared : join(homedir(), '.cache'), 'mnist-pipeline');
}

/** Where a prepared release is kept: one folder for each pair of versions, shared by all checkouts. */
export function nativeCacheFolder(
  release: TensorFlowRelease = cpuRelease,
  cacheRoot: string = findCacheRoot(),
): string {
  return join(cacheRoot, `${release.package}-${release.version}-tfjs-node-${tfjsNodeVersion}-linux-x64`);
}
