import type { MetricValue } from '../../../contract/bundle.js';
import type { Trace } from '../../../contract/provenance.js';
import type { Artifact, Snapshot } from '../../../contract/snapshot.js';

/** What the catalog knows of a snapshot: facts of its commit. Its runs, whether it is pinned, and what it ran on are rows of their own. */
export interface SnapshotRow extends Omit<
  Snapshot,
  'runs' | 'artifacts' | 'executions' | 'pinned' | 'environment'
> {
  /** Packed, since years of them are held in memory: see unpackExecutions. */
  readonly executions: string;
  /** Ids of its runs. */
  readonly runs: readonly string[];
  readonly commit: string;
  /** The notebook's bytes. */
  readonly blob: string;
  /** The idempotency key it was asked for with. */
  readonly key: string | null;
}

/** A notebook's identity; the newest state that names it decides. */
export interface NotebookRow {
  readonly id: string;
  readonly path: string;
  readonly formerPaths: readonly string[];
  readonly origin: {
    readonly notebook: string;
    readonly path: string;
    readonly snapshot: string;
  } | null;
  /** Of the record that changed it last. */
  readonly number: number;
}

export interface MetricRow {
  readonly value: MetricValue;
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** What a run read, and what it says of that: a dataset or a logged model, each by its entry's own id. */
export interface RunInput {
  readonly kind: 'dataset' | 'model';
  readonly id: string;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
}

export interface RunRow {
  readonly id: string;
  readonly name: string;
  readonly status: 'running' | 'scheduled' | 'finished' | 'failed' | 'killed';
  /** The id of the experiment that groups it; "0" is the default one. */
  readonly experiment: string;
  /** Who has started it; empty where nobody said so. */
  readonly user: string;
  /** A person has taken it away: it can be brought back. */
  readonly deleted: boolean;
  /** The snapshot that claimed it first, and its notebook; null until one has. */
  readonly snapshot: string | null;
  readonly notebook: string | null;
  /** Of the snapshot or the record that it came with. */
  readonly number: number;
  /** Ids of the cells that logged to it. */
  readonly cells: readonly string[];
  /** The executions that made it or logged to it, as far as they are known. */
  readonly traces: readonly Trace[];
  readonly start: number;
  readonly end: number;
  /** The last value of each. */
  readonly metrics: Readonly<Record<string, MetricRow>>;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly artifacts: readonly Omit<Artifact, 'run'>[];
  readonly inputs: readonly RunInput[];
  /** Models that it logged, by the entry's own id. */
  readonly outputs: readonly { readonly model: string; readonly step: number }[];
}

/** That a person keeps a snapshot for ever. */
export interface PinRow {
  /** The snapshot's. */
  readonly id: string;
  readonly notebook: string;
  /** Of the record that pinned it. */
  readonly number: number;
  /** UTC, RFC 3339. */
  readonly time: string;
}

/** What is left of a snapshot that was thinned out: enough to say so. */
export interface ExpiredRow {
  /** The snapshot's. */
  readonly id: string;
  readonly notebook: string;
  readonly path: string;
  /** Of the record that says so. */
  readonly number: number;
  /** When it was taken, and when it expired: UTC, RFC 3339. */
  readonly time: string;
  readonly expired: string;
}

/** One of a kind of things that are few and small, e.g. an experiment: as its file in git has it. */
export interface EntryRow {
  /** Its kind and its own id, e.g. "experiments/12". */
  readonly id: string;
  readonly kind: string;
  /** What it is found by beside its id; of each kind one has it at most. Null where it has none. */
  readonly name: string | null;
  /** Of the record that changed it last. */
  readonly number: number;
  /** Its files, which stay as long as it names them. */
  readonly artifacts: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly size: number;
  }[];
  /** As JSON has it; the kind's own schema says what it holds. */
  readonly data: unknown;
}

/** The rows of each collection. Within one, an id names one row; ids never change. */
export interface CatalogRows {
  readonly notebooks: NotebookRow;
  readonly snapshots: SnapshotRow;
  readonly runs: RunRow;
  readonly pins: PinRow;
  readonly expired: ExpiredRow;
  readonly entries: EntryRow;
}

export type Collection = keyof CatalogRows;

export const COLLECTIONS: readonly Collection[] = [
  'notebooks',
  'snapshots',
  'runs',
  'pins',
  'expired',
  'entries',
];

/** Rows to put in the place of those with the same ids; `gone` are taken out first, by id. */
export type CatalogChange = {
  readonly [Name in Collection]?: readonly CatalogRows[Name][];
} & { readonly gone?: { readonly [Name in Collection]?: readonly string[] } };

/** Every row of a catalog, with the commit of each ref that they reflect. */
export type StoredCatalog = {
  readonly [Name in Collection]: readonly CatalogRows[Name][];
} & { readonly position: CatalogPosition };

/** Those of the rows that were asked for which there are. */
export type RowsById<Row> = ReadonlyMap<string, Row>;

/** The commit of each ref that the catalog reflects; and what it has passed over on the way there, see history's passed-over. */
export type CatalogPosition = Readonly<Record<string, string>>;
