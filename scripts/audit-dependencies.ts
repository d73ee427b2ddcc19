import { spawnSync } from 'node:child_process';
import { judgeAudit } from './audit';

/** Asks the registry about every locked package; `npm audit` itself ends with the same code for a finding and for no answer. */
const { stdout } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', maxBuffer: 2 ** 26 });
const { exitCode, text } = judgeAudit(stdout);
console.log(text);
process.exitCode = exitCode;
