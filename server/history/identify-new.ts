import type { NotebookRow, SnapshotRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { readState } from './catch-up.js';
import { mostShared, toPrint, type CellPrint } from './cell-print.js';
import { findTip, newestOf, readSnapshotState } from './history.js';
import { ENOUGH, identify, shareOf, type Candidate, type Identity } from './identity.js';
import type { KeptCell, NotebookState } from './state.js';
import { unlessDamaged } from './unreadable.js';

/** The most notebooks that one at an unknown path is compared with, the newest first. */
const MOST_CANDIDATES = 2_000;
/** 8 MB. Those of notebooks beyond are made anew each time. */
const MOST_TOKENS = 2_000_000;

/**
 * The prints of the newest snapshots, by notebook. A commit says what a snapshot's cells are, so that one which a purge rewrote is
 * read again.
 */
class Prints {
  private readonly all = new Map<string, { readonly commit: string; readonly print: CellPrint }>();
  private tokens = 0;

  find({ notebook, commit }: SnapshotRow): CellPrint | undefined {
    const known = this.all.get(notebook);
    return known?.commit === commit ? known.print : undefined;
  }

  add({ notebook, commit }: SnapshotRow, print: CellPrint): void {
    const others = this.tokens - (this.all.get(notebook)?.print.tokens.length ?? 0);
    const room = MOST_TOKENS - others - print.tokens.length;
    if (room >= 0) this.all.set(notebook, { commit, print });
    else this.all.delete(notebook);
    this.tokens = others + (room >= 0 ? print.tokens.length : 0);
  }
}

const remembered = new WeakMap<Store['catalog'], Prints>();

/** A known notebook that may share enough with the new one. */
interface Likely {
  readonly row: NotebookRow;
  readonly newest: SnapshotRow;
  readonly most: number;
  readonly present: boolean;
}

/**
 * Who the notebook at an unknown path is, among those known: what `identify` says of the newest 2,000, of which it reads few. One
 * whose state is damaged is reported and not compared.
 */
export async function identifyNew(store: Store, cells: readonly KeptCell[]): Promise<Identity> {
  const rows = await findRecent(store);
  const likely = (await findLikely(store, rows, cells)).sort(
    (a, b) => b.most - a.most || Number(a.present) - Number(b.present),
  );
  const read: Candidate[] = [];
  for (const { row, newest, present, most } of likely) {
    const known = await findCells(store, newest);
    if (known === undefined) continue;
    read.push({ row, cells: known, present });
    // Those that follow share no more, and of equals this one comes first.
    if (shareOf(cells, known) === most) break;
  }
  return identify(
    cells,
    read.sort((a, b) => rows.indexOf(a.row) - rows.indexOf(b.row)),
  );
}

/** Remembers a snapshot that was just taken, which so need not be read when the next new notebook comes. */
export function rememberCells(store: Store, row: SnapshotRow, cells: readonly KeptCell[]): void {
  const prints = remembered.get(store.catalog) ?? new Prints();
  prints.add(row, toPrint(cells));
  remembered.set(store.catalog, prints);
}

async function findRecent({ catalog }: Store): Promise<readonly NotebookRow[]> {
  const rows = [...(await catalog.notebooks())].sort((a, b) => b.number - a.number);
  return rows.slice(0, MOST_CANDIDATES);
}

async function findLikely(
  store: Store,
  rows: readonly NotebookRow[],
  cells: readonly KeptCell[],
): Promise<Likely[]> {
  const before = remembered.get(store.catalog);
  // Of these rows alone, so that no more are remembered than are asked for.
  const prints = new Prints();
  const found: Omit<Likely, 'present'>[] = [];
  const tip = await findTip(store);
  for (const row of rows) {
    const newest = await newestOf(store, row.id);
    if (newest === undefined) continue;
    const print = before?.find(newest) ?? (await readPrint(store, newest, tip));
    if (print === undefined) continue;
    prints.add(newest, print);
    const most = mostShared(cells, print);
    if (most >= ENOUGH) found.push({ row, newest, most });
  }
  remembered.set(store.catalog, prints);
  return Promise.all(
    found.map(async (each) => ({ ...each, present: await store.files.exists(each.row.path) })),
  );
}

async function readPrint(
  store: Store,
  row: SnapshotRow,
  tip: string | undefined,
): Promise<CellPrint | undefined> {
  const cells = await findCells(store, row, tip);
  return cells && toPrint(cells);
}

/** A snapshot's cells; undefined where they cannot be read, which is reported. */
export function findCells(
  store: Store,
  row: SnapshotRow,
  tip?: string,
): Promise<readonly KeptCell[] | undefined> {
  return unlessDamaged(store, `What version ${row.id} of ${row.path} consists of`, async () => {
    const state = (await findAtTip(store, row, tip)) ?? (await readSnapshotState(store, row));
    return state.snapshot?.cells ?? [];
  });
}

/** The state beside a snapshot as main has it now: of a thousand notebooks these are in one tree, and not in one each. */
async function findAtTip(
  { repository }: Store,
  { id, notebook, line }: SnapshotRow,
  tip: string | undefined,
): Promise<NotebookState | undefined> {
  if (tip === undefined || line !== 'main') return undefined;
  // What cannot be read here may be whole in the snapshot's own commit.
  const state = await readState(repository, tip, notebook).catch(() => undefined);
  return state?.snapshot?.id === id ? state : undefined;
}
