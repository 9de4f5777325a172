import { nodeDisk, type Disk } from '../../server/store/disk/disk.js';

/** This machine's disk with some of its calls made otherwise. */
export function diskWith(calls: Partial<Disk>): Disk {
  return Object.assign(Object.create(nodeDisk) as Disk, calls);
}

/** As node:fs rejects. */
export function errno(code: string, path = ''): Error {
  return Object.assign(new Error(`${code}: made by a test, '${path}'`), { code, syscall: 'test' });
}

/** A disk on which files whose path matches cannot be read while `code` gives an errno. */
export function diskThatFailsReads(
  matches: (path: string) => boolean,
  code: () => string | undefined,
): Disk {
  const readFile = async (...args: Parameters<Disk['readFile']>): Promise<unknown> => {
    const path = typeof args[0] === 'string' ? args[0] : '';
    const failure = matches(path) ? code() : undefined;
    if (failure !== undefined) throw errno(failure, path);
    return nodeDisk.readFile(...args);
  };
  return diskWith({ readFile: readFile as Disk['readFile'] });
}

/** A disk on which the sync of what was opened by a path that matches fails as often as `fault.times` says. */
export function diskThatFailsSyncs(
  matches: (path: string) => boolean,
  fault: { times: number },
): Disk {
  const open: Disk['open'] = async (...args) => {
    const handle = await nodeDisk.open(...args);
    if (!matches(String(args[0])) || fault.times === 0) return handle;
    fault.times -= 1;
    handle.sync = () => Promise.reject(errno('EIO', String(args[0])));
    return handle;
  };
  return diskWith({ open });
}
