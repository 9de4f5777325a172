import type { FileHandle } from 'node:fs/promises';

import { nodeDisk, type Disk } from '../../server/store/disk/disk.js';
import { interpose, isChange, type Call } from './interpose.js';

export type Fault =
  /** The call fails with this errno, what it writes half done. */
  | { readonly kind: 'refuse'; readonly code: string }
  /** A write puts fewer bytes than it was given, or a read gives fewer than it was asked for, and says so. */
  | { readonly kind: 'short' }
  /** The process is no more: this call and every later one never ends. */
  | { readonly kind: 'die' };

/**
 * What befalls which call: the one numbered `at` (from 0) of those that match; with `lasting` all after it, with `again` each so many
 * after it.
 */
export interface Plan {
  readonly fault: Fault;
  matches(call: Call): boolean;
  readonly at: number;
  readonly lasting: boolean;
  readonly again?: number;
}

/** A disk with a plan of what goes wrong; it is well again once `plan` is undefined. */
export class FaultyDisk {
  readonly disk: Disk;
  /** How many calls have matched the plan. */
  seen = 0;
  /** How many calls a fault has befallen, and the last of them in words. */
  struck = 0;
  last = '';
  /** Resolves when the process has died of it. */
  readonly death: Promise<void>;
  private readonly handles: FileHandle[] = [];
  private die: () => void = () => undefined;

  constructor(
    public plan: Plan | undefined,
    disk: Disk = nodeDisk,
  ) {
    this.death = new Promise((resolve) => {
      this.die = resolve;
    });
    this.disk = interpose(disk, (call, make) => this.befall(call, make));
  }

  private async befall(
    call: Call,
    make: (args?: readonly unknown[]) => Promise<unknown>,
  ): Promise<unknown> {
    const fault = this.findFault(call);
    switch (fault?.kind) {
      case undefined: {
        const answer = await make();
        if (call.kind === 'open') this.handles.push(answer as FileHandle);
        return answer;
      }
      case 'refuse': {
        const half = toHalf(call);
        if (half !== undefined) await make(half);
        throw Object.assign(new Error(`${fault.code}: ${call.kind} ${call.path}`), {
          code: fault.code,
          syscall: call.kind.replace('file.', ''),
        });
      }
      case 'short':
        return make(toHalf(call));
      case 'die':
        this.die();
        // As the system does with those of a process that has ended.
        for (const handle of this.handles.splice(0)) void handle.close().catch(() => undefined);
        return new Promise(() => undefined);
    }
  }

  private findFault(call: Call): Fault | undefined {
    const { plan } = this;
    if (plan === undefined) return undefined;
    const isDead = plan.fault.kind === 'die' && this.seen > plan.at;
    if (!isDead && !plan.matches(call)) return undefined;
    const number = this.seen;
    this.seen += 1;
    if (!isStruck(number - plan.at, plan)) return undefined;
    this.struck += 1;
    this.last = `${call.kind} ${call.path}`;
    return plan.fault;
  }
}

/** Of the call that comes so many after the first one. */
function isStruck(after: number, { lasting, again }: Plan): boolean {
  if (after <= 0) return after === 0;
  return lasting || (again !== undefined && after % again === 0);
}

/** The arguments of a write, or a read, of the first half alone; undefined for any other call. */
function toHalf(call: Call): readonly unknown[] | undefined {
  const [data, offset, length, ...rest] = call.args;
  if (call.kind === 'file.writeFile' && (typeof data === 'string' || data instanceof Uint8Array))
    return [data.slice(0, data.length >> 1)];
  if (!['file.write', 'file.read'].includes(call.kind) || !(data instanceof Uint8Array))
    return undefined;
  const from = typeof offset === 'number' ? offset : 0;
  const size = typeof length === 'number' ? length : data.length - from;
  return size < 2 ? undefined : [data, from, size >> 1, ...rest];
}

/** Calls that need room on the disk. */
export function takesRoom(call: Call): boolean {
  const isSync = call.kind === 'file.sync' || call.kind === 'file.datasync';
  const frees = ['unlink', 'rm', 'rmdir', 'chmod', 'file.truncate'].includes(call.kind);
  return isChange(call) && !isSync && !frees;
}

export function isSyncing(call: Call): boolean {
  return call.kind === 'file.sync' || call.kind === 'file.datasync';
}

/** Calls that open something. */
export function opens(call: Call): boolean {
  return ['open', 'readFile', 'readdir', 'copyFile'].includes(call.kind);
}
