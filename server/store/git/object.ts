import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, deflate, deflateSync } from 'node:zlib';

import { CellarError, isSystemError } from '../../errors.js';

const deflateAsync = promisify(deflate);

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

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

const LEAST_CHUNK = 16 * 1024;
const MOST_CHUNK = 1024 * 1024;

/** How much zlib gives at a time: each piece is a way to its thread and back, which for large content takes longer than the work. */
export function chunkSizeFor(length: number): number {
  return Math.min(Math.max(length, LEAST_CHUNK), MOST_CHUNK);
}

const SAMPLES = 4;
const SAMPLE_BYTES = 8 * 1024;

/** The bytes of a loose object's file. */
export function deflateObject(object: GitObject): Promise<Buffer> {
  const header = Buffer.from(`${object.type} ${object.content.length}\0`);
  return deflateContent(Buffer.concat([header, object.content]));
}

/** Deflates content as quickly as its kind allows. */
export function deflateContent(raw: Buffer): Promise<Buffer> {
  // In base64 there is nothing to find but the shorter code: looking for repeats takes four times as long and gains nothing.
  const strategy = repeatsItself(raw) ? constants.Z_DEFAULT_STRATEGY : constants.Z_HUFFMAN_ONLY;
  return deflateAsync(raw, { level: 1, strategy, chunkSize: chunkSizeFor(raw.length) });
}

/** Whether looking for repeats makes samples of a large content at least a tenth smaller; small content is not worth asking. */
function repeatsItself(raw: Buffer): boolean {
  if (raw.length < 2 * SAMPLES * SAMPLE_BYTES) return true;
  const step = Math.floor((raw.length - SAMPLE_BYTES) / (SAMPLES - 1));
  let [plain, found] = [0, 0];
  for (let at = 0; at < SAMPLES; at += 1) {
    const sample = raw.subarray(at * step, at * step + SAMPLE_BYTES);
    plain += deflateSync(sample, { level: 1, strategy: constants.Z_HUFFMAN_ONLY }).length;
    found += deflateSync(sample, { level: 1 }).length;
  }
  return found < 0.9 * plain;
}

export function isObjectType(type: string | undefined): type is ObjectType {
  return type === 'blob' || type === 'tree' || type === 'commit' || type === 'tag';
}

/** The error that names an object whose content, in the file at `path`, is not what its name says. */
export function damaged(path: string, oid: string, cause?: unknown): CellarError {
  return new CellarError(
    'store_damaged',
    `Object ${oid} in ${path} is damaged. Run "cellar verify" to see what else is.`,
    { path },
    { cause },
  );
}

/** Of failures to read one object in its places, the one to tell: where the system refused one of them, nobody knows of damage. */
export function firstOf(failures: readonly unknown[]): unknown {
  return failures.find(isSystemError) ?? failures[0];
}
