import { constants, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';

import { nodeDisk, type Disk } from '../../server/store/disk/disk.js';
import { interpose, isChange, isForWriting, type Call } from './interpose.js';

/** What a name is given to, or null when it is taken away. Nodes are numbered; 0 is the recorded folder itself. */
export interface Entry {
  readonly folder: number;
  readonly name: string;
  readonly node: number | null;
}

/** What happened to the recorded folder, in the order in which the calls ended. */
export type Change =
  /** Names that change all together or not at all, as rename does. */
  | { readonly kind: 'names'; readonly entries: readonly Entry[] }
  | { readonly kind: 'write'; readonly node: number; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'resize'; readonly node: number; readonly size: number }
  /** What had befallen the node in the first `before` changes is on the disk now, or, when the sync failed, will never be. */
  | { readonly kind: 'sync' | 'failed sync'; readonly node: number; readonly before: number };

export type Node =
  | { readonly kind: 'folder' }
  | { readonly kind: 'file'; readonly mode: number }
  | { readonly kind: 'link'; readonly to: string };

/** Everything that was done below one folder. */
export interface Recording {
  readonly changes: readonly Change[];
  readonly nodes: readonly Node[];
}

/** Records what is done below `root`, an empty folder; everything is really done, so that the store works on. */
export class Recorder implements Recording {
  readonly changes: Change[] = [];
  readonly nodes: Node[] = [{ kind: 'folder' }];
  readonly disk: Disk;
  private readonly names = new Map<number, Map<string, number>>([[0, new Map()]]);
  private readonly sizes = new Map<number, number>();
  private readonly opened = new Map<number, { readonly node: number; position: number }>();

  constructor(
    private readonly root: string,
    disk: Disk = nodeDisk,
  ) {
    this.disk = interpose(disk, (call, make) => this.record(call, make));
  }

  private async record(call: Call, make: () => Promise<unknown>): Promise<unknown> {
    const before = this.changes.length;
    try {
      const answer = await make();
      await this.note(call, answer, before);
      return answer;
    } catch (error) {
      const node = this.opened.get(call.file)?.node;
      if (node !== undefined && isSync(call))
        this.changes.push({ kind: 'failed sync', node, before });
      throw error;
    }
  }

  private async note(call: Call, answer: unknown, before: number): Promise<void> {
    const [from, to] = [call.path, String(call.args[1])];
    const opened = this.opened.get(call.file);
    switch (call.kind) {
      case 'open':
        this.noteOpen(call);
        break;
      case 'mkdir':
        if (isRecursive(call)) this.noteFolders(from);
        else this.put([this.entry(from, this.add({ kind: 'folder' }))]);
        break;
      case 'rename':
        this.put([this.entry(from, null), this.entry(to, this.get(from))]);
        break;
      case 'link':
        this.put([this.entry(to, this.get(from))]);
        break;
      case 'symlink':
        this.put([this.entry(to, this.add({ kind: 'link', to: from }))]);
        break;
      case 'unlink':
      case 'rmdir':
        this.put([this.entry(from, null)]);
        break;
      case 'rm':
        this.noteRemoved(from);
        break;
      case 'copyFile': {
        const node = this.find(to) ?? this.create(to, 0o644);
        this.rewrite(node, await readFile(to));
        break;
      }
      case 'truncate':
        this.resize(this.get(from), Number(call.args[1] ?? 0));
        break;
      default:
        if (opened !== undefined && isChange(call)) this.noteFile(call, opened, before, answer);
    }
  }

  private noteOpen(call: Call): void {
    const flags = call.args[1];
    let node = this.find(call.path);
    if (isForWriting(flags)) {
      const truncates =
        typeof flags === 'number' ? (flags & constants.O_TRUNC) !== 0 : /w/.test(String(flags));
      if (node === undefined) node = this.create(call.path, Number(call.args[2] ?? 0o666));
      else if (truncates) this.resize(node, 0);
    }
    if (node === undefined) return;
    const appends =
      typeof flags === 'number' ? (flags & constants.O_APPEND) !== 0 : /a/.test(String(flags));
    this.opened.set(call.file, { node, position: appends ? Infinity : 0 });
  }

  private noteFile(
    call: Call,
    opened: { readonly node: number; position: number },
    before: number,
    answer: unknown,
  ): void {
    const { node } = opened;
    if (isSync(call)) this.changes.push({ kind: 'sync', node, before });
    else if (call.kind === 'file.truncate') this.resize(node, Number(call.args[0] ?? 0));
    else {
      const { bytes, position } = toWritten(call, answer);
      const at = position ?? Math.min(opened.position, this.sizes.get(node) ?? 0);
      this.changes.push({ kind: 'write', node, at, bytes });
      this.sizes.set(node, Math.max(this.sizes.get(node) ?? 0, at + bytes.length));
      if (position === undefined && opened.position !== Infinity)
        opened.position = at + bytes.length;
    }
  }

  /** After a recursive mkdir all of them are there, also those that another one has made, which has not been noted yet. */
  private noteFolders(path: string): void {
    const made: string[] = [];
    for (let at = path; this.find(at) === undefined; at = dirname(at)) made.unshift(at);
    for (const folder of made) this.put([this.entry(folder, this.add({ kind: 'folder' }))]);
  }

  /** A folder is emptied name by name before it goes: any of them may be what the power leaves. */
  private noteRemoved(path: string): void {
    const node = this.find(path);
    if (node === undefined) return;
    for (const name of [...(this.names.get(node)?.keys() ?? [])])
      this.noteRemoved(join(path, name));
    this.put([this.entry(path, null)]);
  }

  private create(path: string, mode: number): number {
    const node = this.add({ kind: 'file', mode });
    this.put([this.entry(path, node)]);
    return node;
  }

  private rewrite(node: number, bytes: Buffer): void {
    this.resize(node, 0);
    this.changes.push({ kind: 'write', node, at: 0, bytes });
    this.sizes.set(node, bytes.length);
  }

  private resize(node: number, size: number): void {
    this.changes.push({ kind: 'resize', node, size });
    this.sizes.set(node, size);
  }

  private add(node: Node): number {
    if (node.kind === 'folder') this.names.set(this.nodes.length, new Map());
    return this.nodes.push(node) - 1;
  }

  private put(entries: readonly Entry[]): void {
    for (const { folder, name, node } of entries) {
      if (node === null) this.names.get(folder)?.delete(name);
      else this.names.get(folder)?.set(name, node);
    }
    this.changes.push({ kind: 'names', entries });
  }

  private entry(path: string, node: number | null): Entry {
    return { folder: this.get(dirname(path)), name: basename(path), node };
  }

  private find(path: string): number | undefined {
    // A folder that is reached by its open handle.
    const named = path.replace(/^\/proc\/self\/fd\/\d+/, (link) => readlinkSync(link));
    let node: number | undefined = 0;
    for (const name of relative(this.root, named).split(sep).filter(Boolean)) {
      node = this.names.get(node)?.get(name);
      if (node === undefined) return undefined;
    }
    return node;
  }

  private get(path: string): number {
    const node = this.find(path);
    if (node === undefined) throw new RangeError(`${path} was never recorded`);
    return node;
  }
}

function isSync(call: Call): boolean {
  return call.kind === 'file.sync' || call.kind === 'file.datasync';
}

function isRecursive(call: Call): boolean {
  const options = call.args[1];
  return typeof options === 'object' && options !== null && 'recursive' in options;
}

/** The bytes that a write or writeFile has written, copied, and where it was told to; undefined: where the file stood. */
function toWritten(
  call: Call,
  answer: unknown,
): { readonly bytes: Buffer; readonly position: number | undefined } {
  const [data, second, third, fourth] = call.args;
  if (call.kind !== 'file.write' || typeof data === 'string')
    return {
      bytes: toBuffer(data),
      position: call.kind === 'file.write' && typeof second === 'number' ? second : undefined,
    };
  const options = typeof second === 'object' && second !== null ? (second as WriteOptions) : {};
  const start = typeof second === 'number' ? second : (options.offset ?? 0);
  const position = options.position ?? (typeof fourth === 'number' ? fourth : undefined);
  const length =
    (answer as { bytesWritten?: number } | undefined)?.bytesWritten ??
    (typeof third === 'number' ? third : undefined);
  const all = toBuffer(data);
  return {
    bytes: Buffer.from(all.subarray(start, length === undefined ? undefined : start + length)),
    position: position ?? undefined,
  };
}

interface WriteOptions {
  readonly offset?: number;
  readonly position?: number | null;
}

function toBuffer(data: unknown): Buffer {
  return typeof data === 'string' ? Buffer.from(data) : Buffer.from(data as Uint8Array);
}
