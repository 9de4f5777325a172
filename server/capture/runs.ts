import { createHash } from 'node:crypto';

import type { Bundle } from '../../contract/bundle.js';
import type { BundleDataset } from '../../contract/dataset.js';
import type { RunStatus } from '../../contract/snapshot.js';
import type { Warning } from './warning.js';
import { lastValues, type MetricPoint } from '../tracking/points.js';
import type { ArtifactRecord, RunRecord } from '../tracking/record.js';

/** A bundle with the cell that displayed it. */
export interface ShownBundle {
  readonly cell: string;
  readonly bundle: Bundle;
}

/** A run as its bundles tell it, before it is bound to a snapshot. */
export interface DraftRun {
  readonly id: string;
  readonly name: string;
  readonly cells: readonly string[];
  readonly points: readonly MetricPoint[];
  readonly params: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
  /** How it ended, where its code says so. */
  readonly status: RunStatus | undefined;
  /** As the code named them; looked up in the store before the snapshot is taken. */
  readonly artifacts: readonly NonNullable<Bundle['artifacts']>[number][];
  readonly datasets: readonly BundleDataset[];
}

/** A run of which nothing is told yet. */
export function emptyDraft(id: string): DraftRun {
  return {
    ...{ id, name: '', cells: [], points: [], artifacts: [], datasets: [] },
    ...{ params: new Map(), tags: new Map(), status: undefined },
  };
}

/** The id of a burst's implicit run: of its key, so that a second delivery names the same run. */
export function implicitRunId(key: string): string {
  return createHash('sha256').update(`implicit run\0${key}`).digest('hex').slice(0, 32);
}

/** Groups bundles by run, in the order in which they came; what names no run belongs to the burst's implicit one. */
export function draftRuns(
  bundles: readonly ShownBundle[],
  implicit: { readonly id: string; readonly time: number },
): readonly DraftRun[] {
  const drafts = new Map<string, ShownBundle[]>();
  for (const shown of bundles) {
    const id = shown.bundle.run?.id ?? implicit.id;
    drafts.set(id, [...(drafts.get(id) ?? []), shown]);
  }
  return [...drafts].map(([id, shown]) => ({
    id,
    name: shown.findLast(({ bundle }) => bundle.run?.name !== undefined)?.bundle.run?.name ?? '',
    cells: [...new Set(shown.map(({ cell }) => cell))],
    points: shown.flatMap(({ bundle }) => toPoints(bundle, implicit.time)),
    params: new Map(shown.flatMap(({ bundle }) => toTexts(bundle.params))),
    tags: new Map(shown.flatMap(({ bundle }) => [...parentTag(bundle), ...toTexts(bundle.tags)])),
    status: shown.findLast(({ bundle }) => bundle.run?.status !== undefined)?.bundle.run?.status,
    datasets: shown.flatMap(({ bundle }) => bundle.datasets ?? []),
    artifacts: shown.flatMap(({ bundle }) => bundle.artifacts ?? []),
  }));
}

/** The tag by which MLflow, and everyone who asks as it does, finds the run around a run. */
const PARENT_TAG = 'mlflow.parentRunId';

function parentTag({ run }: Bundle): [string, string][] {
  return run?.parent === undefined ? [] : [[PARENT_TAG, run.parent]];
}

function toTexts(named: Bundle['params'] = {}): [string, string][] {
  return Object.entries(named).map(([name, value]) => [name, String(value)]);
}

function toPoints(bundle: Bundle, time: number): MetricPoint[] {
  return Object.entries(bundle.metrics ?? {}).flatMap(([name, value]) => {
    const points = Array.isArray(value) ? value : [{ value }];
    return points.map((point, index) => ({
      name,
      value: point.value,
      step: point.step ?? index,
      time: point.time ?? time,
    }));
  });
}

/** One record of a run that was kept before and of what a later burst adds to it. */
export function mergeRecord(before: RunRecord | undefined, after: RunRecord): RunRecord {
  if (before === undefined) return after;
  const metrics = lastValues([...before.metrics, ...after.metrics]);
  const inputs = new Map([...before.inputs, ...after.inputs].map((input) => [input.id, input]));
  return {
    ...before,
    snapshot: before.snapshot ?? after.snapshot,
    notebook: before.notebook ?? after.notebook,
    name: after.name === '' ? before.name : after.name,
    status: after.status,
    end: Math.max(before.end, after.end),
    cells: [...new Set([...before.cells, ...after.cells])],
    metrics,
    params: lastOfEach([...before.params, ...after.params]),
    tags: lastOfEach([...before.tags, ...after.tags]),
    inputs: [...inputs.values()],
    artifacts: mergeArtifacts([...before.artifacts, ...after.artifacts]),
  };
}

type Pair = RunRecord['params'][number];

function lastOfEach(pairs: readonly Pair[]): Pair[] {
  const last = new Map(pairs.map(({ name, value }) => [name, value]));
  return [...last].map(([name, value]) => ({ name, value }));
}

/** The last file of each name. */
export function mergeArtifacts(artifacts: readonly ArtifactRecord[]): ArtifactRecord[] {
  return [...new Map(artifacts.map((artifact) => [artifact.name, artifact])).values()];
}

/** How a file that could not be kept is reported. */
export function missingArtifact(name: string, reason: string): Warning {
  return {
    code: 'artifact_missing',
    message: `${name} was named as an artifact, but ${reason}. The version is kept without it.`,
  };
}

/** How a file is reported whose intake a person has ended. */
export function leftOutArtifact(name: string): Warning {
  return {
    code: 'artifact_left_out',
    message: `${name} was left out, as you asked while it was being kept. The version is kept without it.`,
  };
}
