import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A process told apart from every later one with its number: by when it started, on which boot of which machine. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
  readonly boot: string;
  readonly host: string;
}

export async function identifySelf(): Promise<ProcessIdentity> {
  return {
    pid: process.pid,
    started: (await findStart(process.pid)) ?? 'unknown',
    boot: await readBoot(),
    host: hostname(),
  };
}

/** Whether that process still runs; undefined when it is on another machine, where nobody here can tell. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean | undefined> {
  if (identity.host !== hostname()) return undefined;
  if (identity.boot !== (await readBoot())) return false;
  const started = await findStart(identity.pid);
  return started !== undefined && started === identity.started;
}

/** When a process started, in its system's own words; undefined when there is no such process. */
async function findStart(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    try {
      const text = await readFile(`/proc/${pid}/stat`, 'utf8');
      // The name in parentheses may hold anything; field 22 (start time in ticks) is the 20th after it (proc(5)).
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  if (process.platform === 'win32') return isRunning(pid) ? 'unknown' : undefined;
  try {
    return (await run('ps', ['-o', 'lstart=', '-p', String(pid)])).stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process with this number exists and may be asked. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function readBoot(): Promise<string> {
  try {
    if (process.platform === 'linux')
      return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    if (process.platform === 'darwin')
      return (await run('sysctl', ['-n', 'kern.bootsessionuuid'])).stdout.trim();
  } catch {
    // Without a boot id the process's start time alone decides.
  }
  return 'unknown';
}
