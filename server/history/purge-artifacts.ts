import type { Purged } from '../../contract/purge.js';
import type { StoredFile } from '../store/artifacts/artifacts.js';
import type { Store } from '../store/store.js';
import { ENTRY_KINDS } from './entries.js';
import type { Names } from './purge-names.js';
import type { Remover } from './purge-texts.js';

/**
 * The kept files that hold a text, read piece by piece. Those in `known` are passed over, and each that was read is added there: what
 * a file holds never changes.
 */
export async function findArtifacts(
  store: Store,
  remover: Remover,
  { known, signal }: { readonly known: Set<string>; readonly signal: AbortSignal },
): Promise<readonly StoredFile[]> {
  const found: StoredFile[] = [];
  for await (const { sha256, size } of store.artifacts.list()) {
    if (known.has(sha256)) continue;
    known.add(sha256);
    if (await holds(store, sha256, { remover, signal })) found.push({ sha256, size });
  }
  return found;
}

async function holds(
  store: Store,
  sha256: string,
  { remover, signal }: { readonly remover: Remover; readonly signal: AbortSignal },
): Promise<boolean> {
  const overlap = Math.max(...remover.forms.map((form) => Buffer.byteLength(form))) - 1;
  let tail: Buffer = Buffer.alloc(0);
  for await (const piece of await store.artifacts.read(sha256)) {
    signal.throwIfAborted();
    const bytes = Buffer.concat([tail, piece as Buffer]);
    if (remover.plain(bytes) !== undefined) return true;
    tail = bytes.subarray(Math.max(0, bytes.length - overlap));
  }
  return false;
}

/** Files with what names them: the versions whose runs made them, all called as they are after the purge. */
export async function describeFiles(
  { catalog }: Store,
  files: readonly StoredFile[],
  { names, goes }: { readonly names: Names; readonly goes: boolean },
): Promise<Purged['artifacts']> {
  const uses = new Map<string, Purged['artifacts'][number]['uses']>();
  for (const { sha256 } of files) uses.set(sha256, []);
  if (files.length > 0)
    for (const { snapshot, artifacts } of await catalog.runs())
      for (const { sha256, name } of artifacts) {
        const list = uses.get(sha256);
        if (list === undefined) continue;
        const row = snapshot === null ? undefined : await catalog.findSnapshot(snapshot);
        const path = row === undefined ? null : names.path(row.path);
        list.push({ path, snapshot: row?.id ?? null, name: names.path(name) });
      }
  if (files.length > 0)
    for (const kind of ENTRY_KINDS)
      for (const { artifacts } of await catalog.entries(kind))
        for (const { sha256, name } of artifacts)
          uses.get(sha256)?.push({ path: null, snapshot: null, name: names.path(name) });
  return files.map((file) => ({ ...file, uses: uses.get(file.sha256) ?? [], goes }));
}
