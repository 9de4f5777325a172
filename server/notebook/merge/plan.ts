import type { Decision, MergeChoices, MergeChunk, Take } from '../../../contract/merge.js';
import type { Json, JsonObject } from '../json-value.js';
import type { Notebook } from '../notebook.js';
import type { SideCell } from './side.js';

export type Version = 'base' | 'local' | 'remote';
export const VERSIONS: readonly Version[] = ['base', 'local', 'remote'];

/** One thing as the three notebooks have it. */
export type Versions<T> = Readonly<Record<Version, T>>;

/** Where a cell stands in each notebook; null where it is not. */
export type Indices = Versions<number | null>;

/** A value that was decided. A choice by the decision's id takes another version; no decision: all agree. */
export interface Decided<T> {
  readonly decision: string | undefined;
  readonly take: Take;
  readonly versions: Versions<T>;
  /** What stands for `merged` and `both`; local's version where it is absent. */
  readonly merged?: T;
}

/** A JSON value, decided as a whole or, for objects, name by name. Undefined: it is not there. */
export type ValuePlan =
  | { readonly kind: 'value'; readonly decided: Decided<Json | undefined> }
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, ValuePlan])[] };

/** A stretch of a source by its lines; of a conflict, the id of its decision. */
export interface SourceChunk {
  readonly kind: MergeChunk['kind'];
  readonly base: readonly string[];
  readonly local: readonly string[];
  readonly remote: readonly string[];
  readonly decision?: string;
}

export interface SourcePlan {
  readonly chunks: readonly SourceChunk[];
  /** The decision about the source as a whole, where no chunk is a conflict. */
  readonly decision: string | undefined;
}

/** What a run of a cell left: outputs and counts belong together and are never put together from two runs. */
export interface Run {
  readonly outputs: Json | undefined;
  readonly count: Json | undefined;
}

/** Whether a cell stands in the merged notebook, by the side that is taken. */
export interface Presence {
  readonly decision: string | undefined;
  readonly take: Exclude<Take, 'merged'>;
  readonly stands: Readonly<Record<Exclude<Take, 'merged'>, boolean>>;
}

/** What is decided within a cell that both sides have. */
export interface CellContent {
  readonly type: Decided<Json | undefined>;
  readonly source: SourcePlan;
  readonly run: Decided<Run>;
  readonly metadata: ValuePlan;
  readonly attachments: ValuePlan;
  /** The cell's id and whatever a later format may have added. */
  readonly rest: ValuePlan;
}

/** One cell of a merge. Without `content` one version stands whole: local's, else remote's, else base's. */
export interface CellPlan {
  readonly key: string;
  readonly indices: Indices;
  readonly cells: Versions<SideCell | undefined>;
  readonly presence: Presence;
  readonly content: CellContent | undefined;
  /** The id of the decision about its place. */
  readonly place: string | undefined;
  readonly decisions: readonly string[];
}

/** A merge of three notebooks: everything decided, nothing applied. */
export interface MergePlan {
  readonly base: Notebook;
  readonly local: Notebook;
  readonly remote: Notebook;
  /** The nbformat minor of the merged notebook; its major is 4. */
  readonly minor: number;
  /** In the order of the merged notebook, deleted cells where they stood. */
  readonly cells: readonly CellPlan[];
  readonly metadata: ValuePlan;
  /** Whatever else stands beside cells and metadata. */
  readonly rest: ValuePlan;
  readonly decisions: readonly Decision[];
}

/** The merged notebook; `unresolved` counts its conflicts that no choice settles. */
export interface Applied {
  readonly notebook: JsonObject;
  readonly unresolved: number;
}

export const NO_CHOICES: MergeChoices = { decisions: {}, sources: {} };

/** The version that a take stands for. */
export function versionOf<T>({ versions, merged }: Decided<T>, take: Take): T {
  if (take === 'both' || take === 'merged') return merged ?? versions.local;
  return versions[take];
}
