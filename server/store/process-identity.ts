import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The first namespace of process numbers on every Linux (include/linux/proc_ns.h, PROC_PID_INIT_INO): what no container is in. */
const FIRST_NAMESPACE = 'pid:[4026531836]';
/** Where processes have one numbering. */
const ONE_NAMESPACE = 'one';
const UNKNOWN = 'unknown';

/** A process told apart from every other that has or had its number, on whatever machine. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in its system's words. */
  readonly started: string;
  /** The boot of the machine; no two are alike, on whichever machines. */
  readonly boot: string;
  readonly host: string;
  /** In which numbering of processes its number holds: containers have their own. Absent in what an older Cellar wrote. */
  readonly namespace?: string | undefined;
  /** The installation of the system; containers of one image may share it. */
  readonly machine?: string | undefined;
}

export async function identifySelf(): Promise<ProcessIdentity> {
  return {
    pid: process.pid,
    started: (await findStart('self')) ?? UNKNOWN,
    boot: await readBoot(),
    host: hostname(),
    namespace: await readNamespace(),
    machine: await readMachine(),
  };
}

/** Whether that process still runs; undefined when it is where nobody here can ask: on another machine, in another container. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean | undefined> {
  const self = await identifySelf();
  if (identity.namespace === undefined && identity.host !== self.host) return undefined;
  if (identity.boot !== self.boot) return isEarlierBoot(identity, self) ? false : undefined;
  // Without a boot's id two machines cannot be told apart but by name.
  if (self.boot === UNKNOWN && identity.host !== self.host) return undefined;
  if (identity.namespace !== undefined && identity.namespace !== self.namespace) return undefined;
  if (identity.namespace === UNKNOWN || !(await mayAsk())) return undefined;
  const started = await findStart(identity.pid);
  if (started !== undefined) return started === identity.started;
  // Another person's process may be hidden (proc(5), hidepid), but not that its number is taken.
  return isTaken(identity.pid) ? undefined : false;
}

/** True when `identity` was on this very machine before it was last started, so that the process cannot run any more. */
function isEarlierBoot(identity: ProcessIdentity, self: ProcessIdentity): boolean {
  if (identity.host !== self.host || identity.boot === UNKNOWN || self.boot === UNKNOWN)
    return false;
  if (identity.namespace === undefined || self.namespace === ONE_NAMESPACE) return true;
  // Containers of the same name and image may be on two machines; what stands on the machines themselves is not copied.
  return (
    identity.namespace === FIRST_NAMESPACE &&
    self.namespace === FIRST_NAMESPACE &&
    identity.machine !== '' &&
    identity.machine === self.machine
  );
}

/** When a process started, in its system's own words; undefined when there is no such process. */
async function findStart(pid: number | 'self'): Promise<string | undefined> {
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
  const number = pid === 'self' ? process.pid : pid;
  if (process.platform === 'win32') return isRunning(number) ? UNKNOWN : undefined;
  try {
    return (await run('ps', ['-o', 'lstart=', '-p', String(number)])).stdout.trim() || undefined;
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

/** Whether a process of somebody else has this number while /proc does not show it. */
function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether /proc numbers processes as we do: a namespace made without a /proc of its own shows its parent's. */
async function mayAsk(): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  return (await readlink('/proc/self').catch(() => '')) === String(process.pid);
}

async function readNamespace(): Promise<string> {
  if (process.platform !== 'linux') return ONE_NAMESPACE;
  return readlink('/proc/self/ns/pid').catch(() => UNKNOWN);
}

async function readMachine(): Promise<string> {
  if (process.platform !== 'linux') return '';
  return (await readFile('/etc/machine-id', 'utf8').catch(() => '')).trim();
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
  return UNKNOWN;
}
