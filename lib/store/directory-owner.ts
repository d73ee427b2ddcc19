import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names for the temporary files and locks of one process, `<host>.<pid>.<start>.<uuid>`, so that another process can
 * find out whether their owner is alive. `start` is the start time, which differs when a pid is used again; `0` where
 * the system does not provide it (other than Linux).
 */
export function newOwnedName(): string {
  const start = findProcess(process.pid)?.start ?? '0';
  return `${hostLabel()}.${process.pid}.${start}.${randomUUID()}`;
}

/** True only when it is certain: the owner ran on this host and is dead. Anything unreadable counts as alive. */
export function isOwnerGone(ownedName: string): boolean {
  const [host, pid, start] = ownedName.split('.');
  if (host !== hostLabel() || pid === undefined || !/^\d+$/.test(pid)) return false;
  const found = findProcess(Number(pid));
  return found === undefined || (start !== '0' && found.start !== '0' && found.start !== start);
}

/** Without dots, which separate the parts of the name. */
function hostLabel(): string {
  return hostname().replace(/[^A-Za-z0-9-]/g, '-');
}

/** `undefined` for a dead process, including a zombie. */
function findProcess(pid: number): { readonly start: string } | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  try {
    // proc(5): after the name in brackets come the state (field 3) and, 19 fields on, the start time (field 22).
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { start: fields[19] ?? '0' };
  } catch {
    return { start: '0' };
  }
}
