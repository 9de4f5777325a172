import type { AskedSide, ComparedSide } from '../../contract/compare.js';
import { getRevision } from '../checkout/revisions.js';
import { readFormer } from '../checkout/revision.js';
import { CellarError } from '../errors.js';
import { getSnapshot, readNotebook } from '../history/history.js';
import { toWorkspacePath } from '../store/disk/names.js';
import type { RunRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import type { NotebookSource } from '../work/compare.js';
import { keepEdited } from '../work/keep.js';
import type { Pool } from '../work/pool.js';
import { hashContent } from './content-hash.js';
import { findRunsOf, pickRuns, toSnapshot } from './snapshots.js';

/** What sides are found in. */
export interface SideParts {
  readonly store: Store;
  readonly pool: Pool;
}

/** One side of a comparison, whose bytes can be read as often as they are wanted. */
export interface OpenSide extends NotebookSource {
  readonly side: ComparedSide;
  /** Equal for equal bytes: what results are kept by. */
  readonly content: string;
  /** What this keeps in memory, in bytes. */
  readonly held: number;
  /** The runs of a snapshot; none of anything else: what is being edited has no runs yet. */
  readonly runs: readonly RunRow[];
}

/**
 * Finds a side. Throws not_found, ambiguous_id, what the path is refused for, and for what an editor holds not_json. Reading throws
 * changed_while_reading where a file is no longer what was found.
 */
export function openSide(
  parts: SideParts,
  asked: AskedSide,
  signal?: AbortSignal,
): Promise<OpenSide> {
  switch (asked.kind) {
    case 'snapshot':
      return openSnapshot(parts.store, asked.id);
    case 'git':
      return openRevision(parts.store, asked);
    case 'file':
      return openFile(parts.store, asked.path, asked.kind);
    case 'now':
      return asked.content === undefined
        ? openFile(parts.store, asked.path, asked.kind)
        : openEdited(parts, { path: asked.path, content: asked.content, signal });
  }
}

async function openSnapshot(store: Store, id: string): Promise<OpenSide> {
  const row = await getSnapshot(store, id);
  return {
    side: { kind: 'snapshot', snapshot: await toSnapshot(store, row) },
    path: row.path,
    size: row.size,
    content: `blob ${row.blob}`,
    held: 0,
    runs: pickRuns(await findRunsOf(store, [row]), row),
    // The store keeps what it has read: that must not be given away.
    read: async () => new Uint8Array(await readNotebook(store, row)),
  };
}

async function openFile(store: Store, asked: string, kind: 'file' | 'now'): Promise<OpenSide> {
  const path = toWorkspacePath(asked);
  return openAgain({ kind, path }, path, () => store.files.read(path));
}

async function openRevision(
  store: Store,
  asked: Extract<AskedSide, { kind: 'git' }>,
): Promise<OpenSide> {
  const path = toWorkspacePath(asked.path);
  const { root } = store.places;
  const { commit, time, subject } = await getRevision(root, asked.revision);
  const former = await readFormer(root, path, commit);
  const side = { kind: 'git', path, revision: asked.revision, commit, time, subject } as const;
  return openAgain(
    side,
    path,
    async () => (await readFormer(root, path, commit)).bytes,
    former.bytes,
  );
}

/** What can be read again: the bytes are held only until they are asked for the first time. */
async function openAgain(
  side: Exclude<ComparedSide, { kind: 'snapshot' }>,
  path: string,
  readAgain: () => Promise<Uint8Array>,
  found?: Uint8Array,
): Promise<OpenSide> {
  let bytes: Uint8Array | undefined = found ?? (await readAgain());
  const content = await nameContent(bytes);
  return {
    side: { ...side, size: bytes.length },
    path,
    size: bytes.length,
    content,
    held: 0,
    runs: [],
    read: async () => {
      const first = bytes;
      bytes = undefined;
      if (first !== undefined) return first;
      const again = await readAgain();
      if ((await nameContent(again)) === content) return again;
      throw new CellarError(
        'changed_while_reading',
        `${path} has changed since it was compared. Compare again.`,
        { path },
      );
    },
  };
}

async function openEdited(
  { store, pool }: SideParts,
  asked: {
    readonly path: string;
    readonly content: string;
    readonly signal: AbortSignal | undefined;
  },
): Promise<OpenSide> {
  const path = toWorkspacePath(asked.path);
  const file = await store.files.find(path);
  const bytes = await keepEdited(pool, { file, content: asked.content, signal: asked.signal });
  return {
    side: { kind: 'now', path, size: bytes.length },
    path,
    size: bytes.length,
    content: await nameContent(bytes),
    held: bytes.length,
    runs: [],
    read: () => Promise.resolve(new Uint8Array(bytes)),
  };
}

async function nameContent(bytes: Uint8Array): Promise<string> {
  return `sha256 ${await hashContent(bytes)}`;
}
