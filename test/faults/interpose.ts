import type { FileHandle } from 'node:fs/promises';

import type { Disk } from '../../server/store/disk/disk.js';

/** One call of the disk, or of a file that it has opened, before it is made. */
export interface Call {
  /** The name of the method, e.g. "open"; of an open file "file.write". */
  readonly kind: string;
  /** Absolute; of an open file the one that it was opened by. */
  readonly path: string;
  readonly args: readonly unknown[];
  /** Which opened file this is about, counted from 1; 0 for a call of the disk itself. Known to an open before it is made. */
  readonly file: number;
}

/** Makes a call, or lets it fail; what it answers is the call's answer. `make` takes other arguments than the call's own. */
export type Around = (
  call: Call,
  make: (args?: readonly unknown[]) => Promise<unknown>,
) => Promise<unknown>;

/** Of an open file these reach `around`; what asks for its facts alone goes on unseen. */
const FILE_CHANGES = ['write', 'writeFile', 'appendFile', 'truncate', 'datasync', 'sync'];
const FILE_READS = ['read', 'readFile'];
/** Would go to a file past this module. */
const UNSEEN = ['writev', 'readv', 'createWriteStream', 'readableWebStream', 'readLines'];

/** True for a call after which the disk is not as before, or may be lost with the power. */
export function isChange(call: Call): boolean {
  if (call.kind === 'open') return isForWriting(call.args[1]);
  return CHANGES.has(call.kind);
}

/** True for a call that takes bytes from a file. */
export function isRead(call: Call): boolean {
  return call.kind === 'readFile' || FILE_READS.some((name) => call.kind === `file.${name}`);
}

const CHANGES = new Set([
  ...['chmod', 'copyFile', 'link', 'mkdir', 'rename', 'rm', 'rmdir'],
  ...['symlink', 'truncate', 'unlink'],
  ...FILE_CHANGES.map((name) => `file.${name}`),
]);

/** True for flags of `open` that may make or change a file; the numbers are those of open(2): the lowest two bits are the way in. */
export function isForWriting(flags: unknown): boolean {
  if (typeof flags === 'number') return (flags & 3) !== 0;
  return typeof flags === 'string' && /[wa+]/.test(flags);
}

/** A disk each of whose calls is made by `around`. */
export function interpose(disk: Disk, around: Around): Disk {
  let files = 0;

  const wrapFile = (handle: FileHandle, path: string, file: number): FileHandle => {
    const wrapped = new Proxy(handle, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        const method = String(name);
        if (UNSEEN.includes(method))
          throw new RangeError(`${method} of a file is not told to a disk of the tests`);
        // A stream reads by the handle that it is made of.
        if (method === 'createReadStream')
          return (...args: unknown[]) => member.apply(wrapped, args) as unknown;
        const make = (args: readonly unknown[]): unknown => member.apply(target, args);
        if (![...FILE_CHANGES, ...FILE_READS].includes(method))
          return (...args: unknown[]) => make(args);
        return (...args: unknown[]) =>
          around(
            { kind: `file.${method}`, path, args, file },
            (other = args) => make(other) as Promise<unknown>,
          );
      },
    });
    return wrapped;
  };

  const members = disk as unknown as Readonly<Record<string, unknown>>;
  return new Proxy({} as Disk, {
    get: (_, name) => {
      const member = members[String(name)];
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const path = String(args[0]);
        const isOpen = name === 'open';
        if (isOpen) files += 1;
        const call = { kind: String(name), path, args, file: isOpen ? files : 0 };
        const answer = await around(
          call,
          (other = args) => member.apply(disk, other) as Promise<unknown>,
        );
        return isOpen ? wrapFile(answer as FileHandle, path, call.file) : answer;
      };
    },
  });
}
