import * as z from 'zod';

import { CellarError } from '../errors.js';
import type { FileEdit, Repository } from './git/repository.js';

export const FORMAT_PATH = '.cellar/format.json';
/** Of what is below `.cellar`; raised only with an upgrade from every earlier one (see the room `upgrade`). */
export const STORE_FORMAT = 2;

const formatSchema = z.object({ format: z.number().int(), store: z.string().optional() });

/** What a store says of itself. */
export interface Format {
  readonly format: number;
  /** The store's own id, which its backups have too; undefined before format 2. */
  readonly store: string | undefined;
}

/** The file that says which format a store has. */
export function formatFile(store: string): FileEdit {
  const text = `${JSON.stringify({ format: STORE_FORMAT, store }, undefined, 1)}\n`;
  return { path: FORMAT_PATH, content: Buffer.from(text) };
}

/** Throws store_newer for a store that a later Cellar wrote, store_damaged for one without a readable format on `main`. */
export async function readFormat(repository: Repository, main: string): Promise<Format> {
  const { gitdir } = repository;
  const head = await repository.findRef(main);
  if (head === undefined) throw damaged(gitdir);
  return readFormatAt(repository, head);
}

/** The same of a commit. */
export async function readFormatAt(repository: Repository, commit: string): Promise<Format> {
  const { gitdir } = repository;
  const oid = await repository.findEntry((await repository.readCommit(commit)).tree, FORMAT_PATH);
  if (oid === undefined) throw damaged(gitdir);
  const found = parseFormat((await repository.readBlob(oid)).toString(), gitdir);
  checkNewest(found.format, gitdir);
  return found;
}

/** Throws store_newer for a format that only a later Cellar reads; `path` has it. */
export function checkNewest(format: number, path: string): void {
  if (format > STORE_FORMAT)
    throw new CellarError(
      'store_newer',
      `${path} has format ${format}; this Cellar reads up to ${STORE_FORMAT}. Install a newer jupyterlab-cellar.`,
      { path },
    );
}

function parseFormat(text: string, gitdir: string): Format {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(gitdir, error);
  }
  const parsed = formatSchema.safeParse(value);
  if (!parsed.success) throw damaged(gitdir, parsed.error);
  return { format: parsed.data.format, store: parsed.data.store };
}

function damaged(gitdir: string, cause?: unknown): CellarError {
  return new CellarError(
    'store_damaged',
    `${gitdir} holds no readable ${FORMAT_PATH} on main. Restore the store from a backup or a clone.`,
    { path: gitdir },
    { cause },
  );
}
