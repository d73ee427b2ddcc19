import { freemem, totalmem } from 'node:os';
import { inspectNativeTensorFlow, type NativeTensorFlow } from '../../lib/native-setup/native-setup';
import { describeMachine, inspectGpu } from '../../lib/tensorflow/machine-facts';
import { gpuRelease } from '../../lib/tensorflow/native-release';
import { useWasmBackend, wasmBackendVersion } from '../../lib/tensorflow/wasm-backend';
import { formatTable } from '../display/table';
import type { Finding } from '../finding';
import type { Terminal } from '../terminal';

const longestName = 'TensorFlow for the GPU';

/** Prints what this machine has, line by line, then how to get what is missing. Changes nothing. */
export async function doctorCommand(
  { isJson }: { readonly isJson: boolean },
  terminal: Terminal,
): Promise<void> {
  const findings: Finding[] = [];
  for await (const finding of inspectAll()) {
    findings.push(finding);
    const { name, isReady, detail } = finding;
    if (!isJson) {
      const mark = isReady ? terminal.styles.green('✓') : terminal.styles.dim('–');
      terminal.print(formatTable([[mark, name.padEnd(longestName.length), detail]]));
    }
  }
  if (isJson) {
    terminal.print(JSON.stringify(findings, null, 2));
    return;
  }
  for (const { name, remedy } of findings) {
    if (remedy !== undefined) terminal.print(`\n  ${name}: ${remedy}`);
  }
}

async function* inspectAll(): AsyncGenerator<Finding> {
  yield inspectMachine();
  yield await inspectWasm();
  yield await inspectNative();
  yield* await inspectGpuFindings();
  // Loads the AWS SDK, which the lines above need not wait for.
  const { inspectAws } = await import('../cloud/inspect-aws');
  yield* await inspectAws();
}

function inspectMachine(): Finding {
  const { nodeVersion, platform, cpuCount, cpuModel } = describeMachine();
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  return {
    name: 'machine',
    isReady: true,
    detail: `Node ${nodeVersion}, ${platform}, ${cpuCount} × ${cpuModel}, ${gib(freemem())} of ${gib(totalmem())} GiB free`,
  };
}

async function inspectWasm(): Promise<Finding> {
  await useWasmBackend();
  return {
    name: 'WASM',
    isReady: true,
    detail: `TensorFlow.js ${wasmBackendVersion}, trains and evaluates on any machine`,
  };
}

async function inspectNative(): Promise<Finding> {
  return describeNative('native TensorFlow', await inspectNativeTensorFlow());
}

function describeNative(name: string, native: NativeTensorFlow): Finding {
  return native.available
    ? { name, isReady: true, detail: `${native.tensorflowVersion} in ${native.cacheFolder}` }
    : { name, isReady: false, detail: native.reason, remedy: native.remedy };
}

/** The GPU and, if there is one, TensorFlow's build for it. */
export async function inspectGpuFindings(
  findGpu: typeof inspectGpu = inspectGpu,
  inspectNativeFor: typeof inspectNativeTensorFlow = inspectNativeTensorFlow,
): Promise<Finding[]> {
  const name = 'GPU';
  const gpu = await findGpu();
  if (gpu === undefined) {
    return [{ name, isReady: false, detail: 'no NVIDIA driver on this machine; training runs on the CPU' }];
  }
  const native = await inspectNativeFor({ release: gpuRelease });
  return [{ name, isReady: true, detail: gpu }, describeNative(longestName, native)];
}
