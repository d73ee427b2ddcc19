import { openWasmEngine } from '../../lib/training/wasm-engine';
import { describeTrainingEngine } from '../support/training-engine-conformance';

describeTrainingEngine('the WASM engine', openWasmEngine);
