import { CellarError } from '../../errors.js';
import type { Intake, StoredFile } from '../artifacts/artifacts.js';

/** The most parts that one upload may have, as in S3. */
export const MOST_PARTS = 10_000;

export interface StartedUpload {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** What lets its bearer send one part, for a day: the first is of part 1. A store elsewhere would give addresses in their place. */
  readonly passes: readonly string[];
}

/** A part that somebody sends. */
export interface SentPart {
  readonly id: string;
  /** From 1 on. */
  readonly number: number;
  readonly pass: string;
}

/** A part as whoever completes an upload names it. */
export interface NamedPart {
  readonly number: number;
  /** As it was answered when the part came. */
  readonly etag: string;
}

export interface Completion {
  readonly id: string;
  readonly of: string;
  readonly parts: readonly NamedPart[];
  readonly signal?: AbortSignal | undefined;
  /** Is given the file that the parts make. Where it fails the upload is as it was, and can be completed later. */
  readonly keep: (stored: StoredFile) => Promise<void>;
}

/**
 * Files that come in parts: in any order, at the same time, each again where it failed, also after a restart of the server. What has
 * come is nobody's file until the upload is completed. One that nobody goes on with is taken away after a day.
 */
export interface Uploads {
  /** Begins an upload of so many parts, for what `of` says in whatever words; it is durable when it resolves. */
  start(of: string, count: number): Promise<StartedUpload>;
  /**
   * Takes a part, in the place of what came before under its number; it is durable when it resolves with its etag, the SHA-256 of its
   * bytes. Throws not_found, forbidden for a pass that is none or too old, bad_request.
   */
  put(part: SentPart, bytes: AsyncIterable<Uint8Array>, intake?: Intake): Promise<string>;
  /**
   * Makes one file of the parts, each of which must be there and be named once. Asked again it does nothing. Throws not_found, also
   * for an upload of something else; bad_request for parts that are not those that came.
   */
  complete(completion: Completion): Promise<void>;
  /** Gives up an upload and frees its bytes; nothing to one that is completed. Throws not_found for one that never was. */
  abort(id: string, of: string): Promise<void>;
  /** Takes away what nobody has gone on with for a day. */
  sweep(): Promise<void>;
}

/** The error for an upload that is not there. */
export function missingUpload(id: string): CellarError {
  return new CellarError(
    'not_found',
    `There is no upload ${JSON.stringify(id)} here: it was given up, or nobody went on with it for a day. Begin it anew.`,
  );
}
