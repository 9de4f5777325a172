import type { LineageEdge, LineageKind } from '../../contract/lineage.js';
import type { RunInput, RunRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import type { Claims } from './claims.js';
import { filesOfVersion, findOnlyFile } from './files.js';
import { parseCell, toCellId, toNodeId, type NodeName } from './ids.js';
import type { Links, LinkedVersion } from './links.js';
import { findOriginPlace } from './version-place.js';

/** MLflow's tag of what data was to a run, e.g. "training". */
const ROLE_TAG = 'mlflow.data.context';

/** What neighbours are looked up in, within one walk. */
export interface Surroundings {
  readonly store: Store;
  readonly links: Links;
  readonly claims: Claims;
}

/** The run in whose hands a file was met. Equal files of other runs are then no neighbours: nothing came of them by way of this one. */
export type Via = string | undefined;

export interface Step {
  readonly edge: LineageEdge;
  /** How the other end was met, where it is a file. */
  readonly via?: string;
}

type Neighbours = (
  around: Surroundings,
  own: string,
  via: Via,
) => Promise<readonly Step[]> | readonly Step[];

/** What a node came from, directly. */
export function stepsUp(around: Surroundings, { kind, own }: NodeName, via: Via): Steps {
  return UP[kind](around, own, via);
}

/** What came of a node, directly: the newest first. */
export function stepsDown(around: Surroundings, { kind, own }: NodeName, via: Via): Steps {
  return DOWN[kind](around, own, via);
}

type Steps = Promise<readonly Step[]> | readonly Step[];

const UP: Readonly<Record<LineageKind, Neighbours>> = {
  notebook: () => [],
  dataset: ({ links }, own) => {
    const parent = links.dataset(own)?.parent;
    return parent === undefined ? [] : [features(parent, own)];
  },
  snapshot: async ({ store }, own) => {
    const row = (await store.catalog.findSnapshot(own)) ?? (await store.catalog.findExpired(own));
    return row === undefined
      ? []
      : [keeps(toNodeId('notebook', row.notebook), toNodeId('snapshot', own))];
  },
  cell: (_, own) => [keeps(toNodeId('snapshot', parseCell(own).snapshot), toNodeId('cell', own))],
  run: async ({ claims, links }, own) => {
    const run = links.run(own);
    if (run === undefined) return [];
    const parent = links.parentOf(run);
    return [
      ...(await claims.of(run)).map(({ snapshot, cell }) => ran(snapshot, cell, own)),
      ...run.inputs.map((input) => read(input, own)),
      ...(parent === undefined ? [] : [within(parent, own)]),
    ];
  },
  artifact: ({ links }, own, via) => {
    if (via !== undefined) return filesMade(links.run(via), own);
    const logged = links
      .modelsWith(own)
      .flatMap((model) => loggersOf(links, model))
      .map((run) => made(run, 'artifact', own));
    return [...links.runsThatMade(own).flatMap((run) => filesMade(run, own)), ...logged];
  },
  model: ({ links }, own) => loggersOf(links, own).map((run) => made(run, 'model', own)),
  version: ({ links }, own) => {
    const linked = links.version(own);
    return linked === undefined ? [] : [registration(links, linked)].flatMap((step) => step ?? []);
  },
};

const DOWN: Readonly<Record<LineageKind, Neighbours>> = {
  version: () => [],
  notebook: async ({ store }, own) =>
    [...(await store.catalog.history(own))]
      .reverse()
      .filter(({ runs }) => runs.length > 0)
      .map(({ id }) => keeps(toNodeId('notebook', own), toNodeId('snapshot', id))),
  snapshot: async (around, own) => {
    const cells = new Map<string, Step>();
    const runs: Step[] = [];
    for (const run of await runsClaimedBy(around, own))
      for (const { snapshot, cell } of await around.claims.of(run)) {
        if (snapshot !== own) continue;
        if (cell === undefined) runs.push(ran(own, cell, run.id));
        else cells.set(cell, keeps(toNodeId('snapshot', own), toCellId(own, cell)));
      }
    return [...cells.values(), ...runs];
  },
  cell: async (around, own) => {
    const { snapshot, cell } = parseCell(own);
    const steps: Step[] = [];
    for (const run of await runsClaimedBy(around, snapshot))
      for (const claim of await around.claims.of(run))
        if (claim.snapshot === snapshot && claim.cell === cell)
          steps.push(ran(snapshot, cell, run.id));
    return steps;
  },
  run: ({ links }, own) => {
    const run = links.run(own);
    if (run === undefined) return [];
    const models = new Set([...links.modelsOf(own), ...run.outputs.map(({ model }) => model)]);
    return [
      ...[...models].map((model) => made(own, 'model', model)),
      ...uniqueFiles(run).flatMap((sha256) => filesMade(run, sha256)),
      ...links
        .versionsOfRun(own)
        .flatMap((linked) =>
          findOnlyFile(links, linked) === undefined ? (registration(links, linked) ?? []) : [],
        ),
      ...links.runsWithin(own).map(({ id }) => within(own, id)),
    ];
  },
  artifact: ({ links }, own, via) =>
    via === undefined
      ? usesOfFile(links, own)
      : links.versionsOfRun(via).flatMap((linked) => {
          const only = findOnlyFile(links, linked);
          return only?.file.sha256 === own ? [registered('artifact', own, linked.id)] : [];
        }),
  model: ({ links }, own) => [
    ...links.versionsOfModel(own).map(({ id }) => registered('model', own, id)),
    ...links
      .runsThatRead('model', own)
      .flatMap((run) =>
        run.inputs
          .filter(({ kind, id }) => kind === 'model' && id === own)
          .map((input) => read(input, run.id)),
      ),
  ],
  dataset: ({ links }, own) => [
    ...links
      .runsThatRead('dataset', own)
      .flatMap((run) =>
        run.inputs
          .filter(({ kind, id }) => kind === 'dataset' && id === own)
          .map((input) => read(input, run.id)),
      ),
    ...links.datasetsMadeOf(own).map((id) => features(own, id)),
  ],
};

/** The models that a file is part of, and the versions that are that file or a folder with it. */
function usesOfFile(links: Links, sha256: string): readonly Step[] {
  const models = links.modelsWith(sha256).map((model): Step => ({
    edge: {
      from: toNodeId('artifact', sha256),
      to: toNodeId('model', model),
      kind: 'part',
    },
  }));
  const versions = links
    .runsThatMade(sha256)
    .flatMap(({ id }) => links.versionsOfRun(id))
    .filter((linked) => filesOfVersion(links, linked).some((file) => file.sha256 === sha256))
    .map(({ id }) => registered('artifact', sha256, id));
  return [...models, ...versions];
}

/** What a version was registered from: a logged model, the one file of a run, or a run; undefined where none is known. */
function registration(links: Links, linked: LinkedVersion): Step | undefined {
  const { logged } = linked.version;
  if (logged !== '') return registered('model', logged, linked.id);
  const only = findOnlyFile(links, linked);
  if (only !== undefined)
    return { ...registered('artifact', only.file.sha256, linked.id), via: only.run.id };
  const place = findOriginPlace(linked.version);
  return place === undefined ? undefined : registered('run', place.run, linked.id);
}

async function runsClaimedBy(
  { store, links }: Surroundings,
  snapshot: string,
): Promise<readonly RunRow[]> {
  const row = await store.catalog.findSnapshot(snapshot);
  const listed = (row?.runs ?? []).flatMap((id) => links.run(id) ?? []);
  return [...new Map([...listed, ...links.runsOf(snapshot)].map((run) => [run.id, run])).values()];
}

/** The runs that logged a model, the one that says so of itself first. */
function loggersOf(links: Links, model: string): readonly string[] {
  const own = links.model(model)?.run ?? '';
  const others = links.runsThatLogged(model).map(({ id }) => id);
  return [...new Set([...(own === '' ? [] : [own]), ...others])];
}

function uniqueFiles({ artifacts }: RunRow): readonly string[] {
  return [...new Set(artifacts.map(({ sha256 }) => sha256))];
}

/** That a run made a file; it is as sure as the surest of its names. */
function filesMade(run: RunRow | undefined, sha256: string): readonly Step[] {
  const names = run?.artifacts.filter((file) => file.sha256 === sha256) ?? [];
  if (run === undefined || names.length === 0) return [];
  const certainty = names.some((file) => file.certainty === 'sure') ? 'sure' : 'unsure';
  const { edge } = made(run.id, 'artifact', sha256);
  return [{ edge: { ...edge, certainty }, via: run.id }];
}

function made(run: string, kind: 'artifact' | 'model', own: string): Step {
  return { edge: { from: toNodeId('run', run), to: toNodeId(kind, own), kind: 'made' } };
}

function keeps(from: string, to: string): Step {
  return { edge: { from, to, kind: 'keeps' } };
}

function ran(snapshot: string, cell: string | undefined, run: string): Step {
  const from = cell === undefined ? toNodeId('snapshot', snapshot) : toCellId(snapshot, cell);
  return { edge: { from, to: toNodeId('run', run), kind: 'ran' } };
}

function read({ kind, id, tags }: RunInput, run: string): Step {
  const role = roleOf({ tags });
  const edge = { from: toNodeId(kind, id), to: toNodeId('run', run), kind: 'read' } as const;
  return { edge: role === undefined ? edge : { ...edge, role } };
}

/** What data was to a run; undefined where it did not say. */
export function roleOf({ tags }: Pick<RunInput, 'tags'>): string | undefined {
  return tags.find(({ name }) => name === ROLE_TAG)?.value;
}

function within(parent: string, run: string): Step {
  return { edge: { from: toNodeId('run', parent), to: toNodeId('run', run), kind: 'parent' } };
}

function features(parent: string, made: string): Step {
  return {
    edge: { from: toNodeId('dataset', parent), to: toNodeId('dataset', made), kind: 'features' },
  };
}

function registered(kind: 'model' | 'artifact' | 'run', own: string, version: string): Step {
  return {
    edge: { from: toNodeId(kind, own), to: toNodeId('version', version), kind: 'registered' },
  };
}
