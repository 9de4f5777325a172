import type { LineageEdge, LineageKind } from '../../contract/lineage.js';
import type { RunInput, RunRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import type { KeptLink } from '../external/links.js';
import type { Claim, Claims } from './claims.js';
import { fileOfLink, toEntryId } from './entries.js';
import { filesOfVersion, findOnlyFile } from './files.js';
import { parseCell, type NodeName } from './ids.js';
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

/** A neighbour, and the edge that leads to it. */
export interface Step extends NodeName {
  readonly edge: LineageEdge['kind'];
  readonly role?: string;
  readonly certainty?: 'sure' | 'unsure';
  /** How it was met, where it is a file. */
  readonly via?: string;
  /** It is known that nothing lies beyond it. */
  readonly last?: boolean;
}

type Neighbours = (
  around: Surroundings,
  own: string,
  via: Via,
) => Promise<readonly Step[]> | readonly Step[];

/** What a node came from, directly. */
export function stepsUp(
  around: Surroundings,
  { kind, own }: NodeName,
  via: Via,
): ReturnType<Neighbours> {
  return UP[kind](around, own, via);
}

/** What came of a node, directly: the newest first. */
export function stepsDown(
  around: Surroundings,
  { kind, own }: NodeName,
  via: Via,
): ReturnType<Neighbours> {
  return DOWN[kind](around, own, via);
}

const UP: Readonly<Record<LineageKind, Neighbours>> = {
  notebook: () => [],
  dataset: ({ links }, own) => {
    const parent = links.dataset(own)?.parent;
    return parent === undefined ? [] : [{ kind: 'dataset', own: parent, edge: 'features' }];
  },
  snapshot: async ({ store: { catalog } }, own) => {
    const row = (await catalog.findSnapshot(own)) ?? (await catalog.findExpired(own));
    return row === undefined ? [] : [{ kind: 'notebook', own: row.notebook, edge: 'keeps' }];
  },
  cell: (_, own) => [{ kind: 'snapshot', own: parseCell(own).snapshot, edge: 'keeps' }],
  run: async ({ claims, links }, own) => {
    const run = links.run(own);
    if (run === undefined) return [];
    const parent = links.parentOf(run);
    return [
      ...(await claims.of(run)).map(toMaker),
      ...run.inputs.map((input) => ({ kind: input.kind, own: input.id, ...reading(input) })),
      ...(parent === undefined ? [] : [{ kind: 'run', own: parent, edge: 'parent' } as const]),
    ];
  },
  artifact: ({ links }, own, via) => {
    const makers = via === undefined ? links.runsThatMade(own) : [links.run(via)];
    const logged = via === undefined ? links.modelsWith(own) : [];
    return [
      ...makers.flatMap((run) => (run === undefined ? [] : makerOf(run, own))),
      ...logged.flatMap((model) => loggersOf(links, model)).map((run) => toRun(run)),
    ];
  },
  model: ({ links }, own) => loggersOf(links, own).map((run) => toRun(run)),
  version: ({ links }, own) => {
    const linked = links.version(own);
    return linked === undefined ? [] : registeredFrom(links, linked);
  },
  entry: ({ links }, own) => links.linksTo(own).map((link) => linkedFrom(links, link)),
};

const DOWN: Readonly<Record<LineageKind, Neighbours>> = {
  entry: () => [],
  version: ({ links }, own) => links.linksOfVersion(own).map(toEntry),
  notebook: async ({ store, links }, own) =>
    [...(await store.catalog.history(own))]
      .reverse()
      .filter(({ id, runs }) => runs.length > 0 || links.runsOf(id).length > 0)
      .map(({ id }) => ({ kind: 'snapshot', own: id, edge: 'keeps' })),
  snapshot: async ({ claims }, own) =>
    [...(await claims.madeIn(own))].flatMap(([cell, runs]): readonly Step[] =>
      cell === undefined
        ? runs.map(({ id }) => ({ kind: 'run', own: id, edge: 'ran' }))
        : [{ kind: 'cell', own: `${own}/${cell}`, edge: 'keeps' }],
    ),
  cell: async ({ claims }, own) => {
    const { snapshot, cell } = parseCell(own);
    const runs = (await claims.madeIn(snapshot)).get(cell) ?? [];
    const steps: Step[] = [];
    for (const run of runs) {
      const claim = (await claims.of(run)).find((each) => each.cell === cell);
      const { certainty } = claim ?? {};
      const step = { kind: 'run', own: run.id, edge: 'ran' } as const;
      steps.push(certainty === undefined ? step : { ...step, certainty });
    }
    return steps;
  },
  run: ({ links }, own) => {
    const run = links.run(own);
    if (run === undefined) return [];
    const versions = links.versionsOfRun(own);
    const whole = versions.filter((linked) => findOnlyFile(links, linked) === undefined);
    const elsewhere = links.linksOfRun(own);
    return [
      ...modelsOf(links, run).map(
        (model) => ({ kind: 'model', own: model, edge: 'made' }) as const,
      ),
      ...filesOf(run, versions.length + elsewhere.length === 0),
      ...whole.map(toVersion),
      ...elsewhere.filter((link) => fileOfLink(run, link) === undefined).map(toEntry),
      ...links.runsWithin(own).map(({ id }) => ({ kind: 'run', own: id, edge: 'parent' }) as const),
    ];
  },
  artifact: ({ links }, own, via) =>
    via === undefined
      ? usesOfFile(links, own)
      : [
          ...links
            .versionsOfRun(via)
            .filter((linked) => findOnlyFile(links, linked)?.file.sha256 === own)
            .map(toVersion),
          ...entriesOfFile(links, links.run(via), own),
        ],
  model: ({ links }, own) => [
    ...links.versionsOfModel(own).map(toVersion),
    ...links.linksOfModel(own).map(toEntry),
    ...readersOf(links, 'model', own),
  ],
  dataset: ({ links }, own) => [
    ...readersOf(links, 'dataset', own),
    ...links
      .datasetsMadeOf(own)
      .map((id) => ({ kind: 'dataset', own: id, edge: 'features' }) as const),
  ],
};

/** What data was to a run; undefined where it did not say. */
export function roleOf({ tags }: Pick<RunInput, 'tags'>): string | undefined {
  return tags.find(({ name }) => name === ROLE_TAG)?.value;
}

/** The ids of the models that a run logged. */
export function modelsOf(links: Links, { id, outputs }: RunRow): readonly string[] {
  const own = links.modelsOf(id);
  const others = outputs.filter(({ model }) => !own.includes(model));
  return others.length === 0 ? own : [...new Set([...own, ...others.map(({ model }) => model)])];
}

/** The models that a file is part of, and the versions that are that file or a folder with it. */
function usesOfFile(links: Links, sha256: string): readonly Step[] {
  const models = links
    .modelsWith(sha256)
    .map((model): Step => ({ kind: 'model', own: model, edge: 'part' }));
  const versions = links
    .runsThatMade(sha256)
    .flatMap(({ id }) => links.versionsOfRun(id))
    .filter((linked) => filesOfVersion(links, linked).some((file) => file.sha256 === sha256));
  const entries = links.runsThatMade(sha256).flatMap((run) => entriesOfFile(links, run, sha256));
  return [...models, ...versions.map(toVersion), ...entries];
}

/** What a file is linked to as that of a run. */
function entriesOfFile(links: Links, run: RunRow | undefined, sha256: string): readonly Step[] {
  if (run === undefined) return [];
  return links
    .linksOfRun(run.id)
    .filter((link) => fileOfLink(run, link)?.sha256 === sha256)
    .map(toEntry);
}

/** What of ours a link is of: a file of a run where it is of that alone. */
function linkedFrom(links: Links, link: KeptLink): Step {
  const { of } = link;
  const edge = 'linked';
  if (of.kind === 'model') return { kind: 'model', own: of.model, edge };
  if (of.kind === 'version') return { kind: 'version', own: `${of.model}-${of.version}`, edge };
  const run = links.run(of.run);
  const file = run === undefined ? undefined : fileOfLink(run, link);
  if (file === undefined) return { kind: 'run', own: of.run, edge };
  return { kind: 'artifact', own: file.sha256, edge, via: of.run };
}

/** A logged model, the one file of a run, or a run; none where it is not known. */
function registeredFrom(links: Links, linked: LinkedVersion): readonly Step[] {
  const edge = 'registered';
  const { logged } = linked.version;
  if (logged !== '') return [{ kind: 'model', own: logged, edge }];
  const only = findOnlyFile(links, linked);
  if (only !== undefined)
    return [{ kind: 'artifact', own: only.file.sha256, edge, via: only.run.id }];
  const place = findOriginPlace(linked.version);
  return place === undefined ? [] : [{ kind: 'run', own: place.run, edge }];
}

function readersOf(links: Links, kind: RunInput['kind'], own: string): readonly Step[] {
  return links
    .runsThatRead(kind, own)
    .flatMap((run) =>
      run.inputs
        .filter((input) => input.kind === kind && input.id === own)
        .map((input): Step => ({ kind: 'run', own: run.id, ...reading(input) })),
    );
}

function reading(input: RunInput): Pick<Step, 'edge' | 'role'> {
  const role = roleOf(input);
  return role === undefined ? { edge: 'read' } : { edge: 'read', role };
}

/** The runs that logged a model, the one that it names itself first. */
function loggersOf(links: Links, model: string): readonly string[] {
  const own = links.model(model)?.run ?? '';
  const others = links.runsThatLogged(model).map(({ id }) => id);
  return [...new Set([...(own === '' ? [] : [own]), ...others])];
}

/** The files that a run made, each once. `last`: nothing was registered from any. */
function filesOf({ id, artifacts }: RunRow, last: boolean): readonly Step[] {
  const toStep = ({ sha256, certainty }: RunRow['artifacts'][number]): Step => ({
    ...{ kind: 'artifact', own: sha256, edge: 'made', via: id, certainty, last },
  });
  if (artifacts.length < 2) return artifacts.map(toStep);
  const steps = new Map<string, Step>();
  for (const file of artifacts)
    if (file.certainty === 'sure' || !steps.has(file.sha256)) steps.set(file.sha256, toStep(file));
  return [...steps.values()];
}

function makerOf(run: RunRow, sha256: string): readonly Step[] {
  if (!run.artifacts.some((file) => file.sha256 === sha256)) return [];
  return [{ kind: 'run', own: run.id, edge: 'made', certainty: certaintyOf(run, sha256) }];
}

/** That a run made a file is as sure as the surest of its names. */
function certaintyOf({ artifacts }: RunRow, sha256: string): 'sure' | 'unsure' {
  const isSure = artifacts.some((file) => file.sha256 === sha256 && file.certainty === 'sure');
  return isSure ? 'sure' : 'unsure';
}

function toRun(run: string): Step {
  return { kind: 'run', own: run, edge: 'made' };
}

function toVersion({ id }: LinkedVersion): Step {
  return { kind: 'version', own: id, edge: 'registered' };
}

function toEntry(link: KeptLink): Step {
  return { kind: 'entry', own: toEntryId(link), edge: 'linked' };
}

function toMaker({ snapshot, cell, certainty }: Claim): Step {
  if (cell === undefined) return { kind: 'snapshot', own: snapshot, edge: 'ran' };
  const maker = { kind: 'cell', own: `${snapshot}/${cell}`, edge: 'ran' } as const;
  return certainty === undefined ? maker : { ...maker, certainty };
}
