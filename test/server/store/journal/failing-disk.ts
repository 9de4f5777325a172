import { nodeDisk, type Disk } from '../../../../server/store/disk/disk.js';

/** What goes wrong next time, on the files that are opened: thrown instead of the call, or a write that takes only so many bytes. */
export interface Faults {
  write?: Error | number | undefined;
  datasync?: Error | undefined;
  truncate?: Error | undefined;
  /** What a call on a file waits for before it is made. */
  before?: ((call: string) => Promise<void> | undefined) | undefined;
  /** Counts the calls of datasync on files. */
  syncs: number;
}

/** This machine's disk, with faults. */
export function createFailingDisk(faults: Faults): Disk {
  const open: Disk['open'] = async (...args) => {
    const handle = await nodeDisk.open(...args);
    return new Proxy(handle, {
      get: (target, key) => {
        const real: unknown = Reflect.get(target, key);
        if (typeof real !== 'function') return real;
        return (...given: unknown[]): unknown => {
          const outcome = strike(faults, String(key), given);
          if (outcome instanceof Error) return Promise.reject(outcome);
          const make = (): unknown => Reflect.apply(real, target, outcome);
          return faults.before?.(String(key))?.then(make) ?? make();
        };
      },
    });
  };
  return { ...nodeDisk, open };
}

/** The error that the call fails with, else what it is called with. */
function strike(faults: Faults, call: string, given: unknown[]): Error | unknown[] {
  if (call === 'datasync') faults.syncs += 1;
  if (call !== 'write' && call !== 'datasync' && call !== 'truncate') return given;
  const fault = faults[call];
  if (fault === undefined) return given;
  if (typeof fault !== 'number') {
    faults[call] = undefined;
    return fault;
  }
  const [bytes, offset, length, position] = given;
  return [bytes, offset, Math.min(fault, Number(length)), position];
}

/** As node:fs rejects. */
export function errno(code: string): Error {
  return Object.assign(new Error(`${code}: made by a test`), { code });
}
