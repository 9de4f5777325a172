import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';

import { CellarError, isErrno } from '../errors.js';

const deflateAsync = promisify(deflate);
const inflateAsync = promisify(inflate);

export type ObjectType = 'blob' | 'tree' | 'commit';

/** An object as git names it: type, content, and the SHA-1 of both. */
export interface GitObject {
  readonly type: ObjectType;
  readonly oid: string;
  readonly content: Buffer;
}

/** Names content as git does: SHA-1 over "type length NUL content". */
export function toObject(type: ObjectType, content: Uint8Array): GitObject {
  const oid = createHash('sha1').update(`${type} ${content.byteLength}\0`).update(content);
  return {
    type,
    oid: oid.digest('hex'),
    content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
  };
}

/** The bytes of a loose object's file. Level 1: notebooks are mostly base64, where more effort gains nothing. */
export function deflateObject(object: GitObject): Promise<Buffer> {
  const header = Buffer.from(`${object.type} ${object.content.length}\0`);
  return deflateAsync(Buffer.concat([header, object.content]), { level: 1 });
}

export function looseObjectPath(gitdir: string, oid: string): string {
  return join(gitdir, 'objects', oid.slice(0, 2), oid.slice(2));
}

/** Reads a loose object and checks it against its name; undefined when there is none (it may be in a pack). */
export async function findLooseObject(gitdir: string, oid: string): Promise<GitObject | undefined> {
  let file: Buffer;
  try {
    file = await readFile(looseObjectPath(gitdir, oid));
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  const damaged = (cause?: unknown): CellarError =>
    new CellarError(
      'store_damaged',
      `Object ${oid} in ${gitdir} is damaged. Run "cellar verify" to see what else is.`,
      { path: looseObjectPath(gitdir, oid) },
      { cause },
    );
  let raw: Buffer;
  try {
    raw = await inflateAsync(file);
  } catch (error) {
    throw damaged(error);
  }
  const end = raw.indexOf(0);
  const [type, length] = raw.toString('latin1', 0, end).split(' ');
  const content = raw.subarray(end + 1);
  if (type !== 'blob' && type !== 'tree' && type !== 'commit') throw damaged();
  const object = toObject(type, content);
  if (object.oid !== oid || content.length !== Number(length)) throw damaged();
  return object;
}
