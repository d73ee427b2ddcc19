import { spawnSync } from 'node:child_process';
import { judgeAudit } from './audit';

/** Audits every locked package. `npm audit` has the same exit code for a finding and for an unreachable registry. */
const { stdout } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', maxBuffer: 2 ** 26 });
const { exitCode, text } = judgeAudit(stdout);
console.log(text);
process.exitCode = exitCode;
