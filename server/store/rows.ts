import type { MetricValue } from '../../contract/bundle.js';
import type { Artifact, Snapshot } from '../../contract/snapshot.js';

/** What the catalog knows of a snapshot: facts of its commit. Its runs are rows of their own. */
export interface SnapshotRow extends Omit<Snapshot, 'runs' | 'artifacts'> {
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

export interface RunRow {
  readonly id: string;
  readonly name: string;
  readonly status: 'running' | 'finished' | 'failed';
  /** The snapshot that claimed it first, its notebook, and that snapshot's number. */
  readonly snapshot: string;
  readonly notebook: string;
  readonly number: number;
  /** Ids of the cells that logged to it. */
  readonly cells: readonly string[];
  readonly start: number;
  readonly end: number;
  /** The last value of each. */
  readonly metrics: Readonly<Record<string, MetricRow>>;
  readonly params: Readonly<Record<string, string>>;
  readonly artifacts: readonly Omit<Artifact, 'run'>[];
}

/** Rows to put in the place of those with the same ids. */
export interface CatalogChange {
  readonly notebooks?: readonly NotebookRow[];
  readonly snapshots?: readonly SnapshotRow[];
  readonly runs?: readonly RunRow[];
}

/** The commit of each ref that the catalog reflects. */
export type CatalogPosition = Readonly<Record<string, string>>;
