import { EntryTable } from './entry-table.js';
import { IdTable } from './id-table.js';
import { NotebookTable } from './notebook-table.js';
import { compareText } from './order.js';
import type { CatalogChange, ExpiredRow, PinRow, StoredCatalog } from './rows.js';
import { RunTable } from './run-table.js';
import { SnapshotTable } from './snapshot-table.js';

/** The rows of a catalog in memory, with their indexes. */
export class Tables {
  readonly notebooks = new NotebookTable();
  readonly snapshots = new SnapshotTable();
  readonly runs = new RunTable();
  readonly pins = new IdTable<PinRow>();
  readonly expired = new IdTable<ExpiredRow>();
  readonly entries = new EntryTable();
  private last = 0;

  constructor(rows: CatalogChange = {}) {
    this.apply(rows);
  }

  /** The highest number that any row has, or had. */
  get lastNumber(): number {
    return this.last;
  }

  /** Takes rows out and puts rows in; what it gives back is the change as far as it was taken: older rows are passed over. */
  apply(change: CatalogChange): CatalogChange {
    for (const id of change.gone?.notebooks ?? []) this.notebooks.delete(id);
    for (const id of change.gone?.snapshots ?? []) this.snapshots.delete(id);
    for (const id of change.gone?.runs ?? []) this.runs.delete(id);
    for (const id of change.gone?.pins ?? []) this.pins.delete(id);
    for (const id of change.gone?.expired ?? []) this.expired.delete(id);
    for (const id of change.gone?.entries ?? []) this.entries.delete(id);
    const notebooks = (change.notebooks ?? []).filter((row) => this.notebooks.put(row));
    const snapshots = (change.snapshots ?? []).filter((row) => this.snapshots.put(row));
    const entries = (change.entries ?? []).filter((row) => this.entries.put(row));
    for (const row of change.runs ?? []) this.runs.put(row);
    for (const row of change.pins ?? []) this.pins.put(row);
    for (const row of change.expired ?? []) this.expired.put(row);
    const { runs = [], pins = [], expired = [] } = change;
    for (const rows of [notebooks, snapshots, runs, pins, expired, entries])
      for (const { number } of rows) this.last = Math.max(this.last, number);
    return { ...change, notebooks, snapshots, entries };
  }

  /** Every row, each collection by id. */
  rows(): Omit<StoredCatalog, 'position'> {
    const sorted = <Row extends { readonly id: string }>(rows: Row[]): Row[] =>
      rows.sort((a, b) => compareText(a.id, b.id));
    return {
      notebooks: sorted(this.notebooks.all()),
      snapshots: sorted(this.snapshots.all()),
      runs: sorted(this.runs.all()),
      pins: sorted(this.pins.all()),
      expired: sorted(this.expired.all()),
      entries: sorted(this.entries.all()),
    };
  }
}
