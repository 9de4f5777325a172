import { formatPointer } from '../store/artifacts/pointer.js';
import type { StoredFile } from '../store/artifacts/artifacts.js';
import { encodePath } from '../store/disk/names.js';
import type { FileEdit } from '../store/git/repository.js';

/** Files of one owner, and the folder of main's tree in which git has a pointer in the place of each. */
export interface Pointers {
  readonly folder: string;
  /** Names may have "/". */
  readonly files: readonly (StoredFile & { readonly name: string })[];
}

/** What git holds in the place of files. */
export function formatPointers({ folder, files }: Pointers): readonly FileEdit[] {
  const paths = new Set(files.map(({ name }) => encodePath(name)));
  const folders = new Set([...paths].flatMap(listAbove));
  return files.map((file) => {
    const path = encodePath(file.name);
    // "model" and "model/weights.pt" cannot both be names in one tree.
    const place = folders.has(path) ? `${path}%2F` : path;
    return { path: `${folder}/${place}`, content: formatPointer(file) };
  });
}

/** The edits by which git holds an owner's files as they are now, and no others. */
export function movePointers(
  before: Pointers | undefined,
  after: Pointers | undefined,
): readonly FileEdit[] {
  const now = after === undefined ? [] : formatPointers(after);
  const kept = new Set(now.map(({ path }) => path));
  const old = before === undefined ? [] : formatPointers(before);
  return [...old.flatMap(({ path }) => (kept.has(path) ? [] : [{ path, content: null }])), ...now];
}

function listAbove(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
}
