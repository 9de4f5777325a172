import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { Low } from 'lowdb';

import { isErrno } from '../errors.js';
import type { CatalogFiles, StoredCatalog } from './catalog.js';
import { openDocument } from './document.js';
import type { CatalogChange, CatalogPosition, NotebookRow, RunRow, SnapshotRow } from './rows.js';

/** Raised whenever rows change their shape: an older catalog is then built anew. */
const FORMAT = 1;
/** Rows a document, so that one more snapshot never rewrites a large file. */
const BLOCK = 1_000;
const WAIT_MS = 1_000;

interface Rows<Row> {
  readonly format: number;
  rows: Record<string, Row>;
}

interface Meta {
  readonly format: number;
  position: CatalogPosition | null;
}

const isRows = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (value as { format?: unknown }).format === FORMAT;

type Row = NotebookRow | SnapshotRow | RunRow;

/**
 * The embedded catalog: lowdb documents in one folder, `meta`, `notebooks`, and one for each thousand of snapshots and of runs.
 * Written in groups; the position goes last, so that after a crash rows can be newer than it, never older.
 */
export function openCatalogFolder(
  folder: string,
  report: (error: unknown) => void = () => undefined,
): CatalogFiles {
  const documents = new Map<string, Low<Rows<Row>>>();
  const dirty = new Set<string>();
  let meta: Low<Meta> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let position: CatalogPosition = {};

  const open = async (name: string): Promise<Low<Rows<Row>>> => {
    const path = join(folder, `${name}.json`);
    return openDocument<Rows<Row>>(path, { format: FORMAT, rows: {} }, isRows);
  };

  const openMeta = (): Promise<Low<Meta>> =>
    openDocument<Meta>(join(folder, 'meta.json'), { format: FORMAT, position: null }, isRows);

  const read = async (): Promise<StoredCatalog | undefined> => {
    try {
      meta = await openMeta();
      if (meta.data.position === null) return undefined;
      for (const file of await readdir(folder))
        if (/^(notebooks|snapshots-\d+|runs-\d+)\.json$/.test(file))
          documents.set(file.slice(0, -5), await open(file.slice(0, -5)));
    } catch (error) {
      if (!(error instanceof SyntaxError) && !isErrno(error, 'ENOENT')) throw error;
      documents.clear();
      meta = undefined;
      return undefined;
    }
    const rowsOf = (prefix: string): Row[] =>
      [...documents]
        .filter(([name]) => name.startsWith(prefix))
        .flatMap(([, { data }]) => Object.values(data.rows));
    position = meta.data.position;
    return {
      position,
      notebooks: rowsOf('notebooks') as NotebookRow[],
      snapshots: rowsOf('snapshots') as SnapshotRow[],
      runs: rowsOf('runs') as RunRow[],
    };
  };

  const noted: { name: string; row: Row }[] = [];

  const write = async (): Promise<void> => {
    for (const name of new Set(noted.map((each) => each.name)))
      if (!documents.has(name)) documents.set(name, await open(name));
    // No await until the position is read: rows noted from here on go with the next group.
    const later: typeof noted = [];
    for (const each of noted.splice(0)) {
      const document = documents.get(each.name);
      if (document === undefined) later.push(each);
      else document.data.rows[each.row.id] = each.row;
      dirty.add(each.name);
    }
    noted.push(...later);
    if (later.length > 0) return write();
    const reached = position;
    for (const name of [...dirty]) {
      await documents.get(name)?.write();
      dirty.delete(name);
    }
    meta ??= await openMeta();
    if (meta.data.position === reached) return;
    meta.data.position = reached;
    await meta.write();
  };

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.catch(() => undefined).then(write);
    return writing;
  };

  return {
    read,
    note: (change: CatalogChange, next) => {
      for (const row of change.notebooks ?? []) noted.push({ name: 'notebooks', row });
      for (const row of change.snapshots ?? [])
        noted.push({ name: blockOf('snapshots', row), row });
      for (const row of change.runs ?? []) noted.push({ name: blockOf('runs', row), row });
      position = next;
      // A failed write is tried again with the next group; git holds the truth meanwhile.
      timer ??= setTimeout(() => void flush().catch(report), WAIT_MS).unref();
    },
    clear: async () => {
      clearTimeout(timer);
      timer = undefined;
      await writing.catch(() => undefined);
      noted.length = 0;
      documents.clear();
      dirty.clear();
      meta = undefined;
      position = {};
      await rm(folder, { recursive: true, force: true });
    },
    flush,
  };
}

function blockOf(kind: string, row: { readonly number: number }): string {
  return `${kind}-${Math.floor(row.number / BLOCK)}`;
}
