import { LINEAGE_KINDS, type LineageKind } from '../../contract/lineage.js';
import { CellarError } from '../errors.js';
import { readSnapshotState } from '../history/history.js';
import { unpackExecutions } from '../store/catalog/executions.js';
import type { Store } from '../store/store.js';
import { parseNodeId, toCellId, toNodeId } from './ids.js';
import type { LinkedVersion, Links } from './links.js';
import { parseCell } from './ids.js';

/** How many of those that a text may mean are named to the person. */
const MOST_NAMED = 5;
/** The start of an id is taken for it from so many characters on. */
const LEAST_PREFIX = 4;

interface Candidate {
  readonly id: string;
  /** Whether the text is its whole id or name, or the start of its id. */
  readonly exact: boolean;
  /** What tells it from others, for people. */
  readonly words: string;
}

type Finder = (
  store: Store,
  links: Links,
  text: string,
) => Promise<readonly Candidate[]> | readonly Candidate[];

/**
 * The id of the node that a text means: KIND:ID, an address of MLflow's (models:/…, runs:/…), or an id, the start of one, a path or a
 * name alone. Throws not_found and ambiguous_id.
 */
export async function findNode(store: Store, links: Links, text: string): Promise<string> {
  const address = readAddress(text);
  const { kinds, own } = address ?? { kinds: LINEAGE_KINDS, own: text };
  const found: Candidate[] = [];
  for (const kind of kinds) {
    found.push(...(await FINDERS[kind](store, links, own)));
    // Nothing else has the id of a run, of which there may be very many to look through.
    if (found.some(({ id }) => id === toNodeId('run', own))) break;
  }
  const exact = found.filter((each) => each.exact);
  const chosen = exact.length > 0 ? exact : found;
  const [first] = chosen;
  if (first === undefined) throw notFound(text, address === undefined ? undefined : kinds[0]);
  if (new Set(chosen.map(({ id }) => id)).size === 1) return first.id;
  throw ambiguous(text, chosen);
}

/** The kind that a text names, and what it says of it; undefined where it may be of any. */
function readAddress(
  text: string,
): { readonly kinds: readonly LineageKind[]; readonly own: string } | undefined {
  const [, logged] = /^models:\/+(m-[0-9a-f]{32})$/.exec(text) ?? [];
  if (logged !== undefined) return { kinds: ['model'], own: logged };
  const [, version] = /^models:\/+(.+)$/.exec(text) ?? [];
  if (version !== undefined) return { kinds: ['version'], own: version };
  const [, run] = /^runs:\/+([^/]+)/.exec(text) ?? [];
  if (run !== undefined) return { kinds: ['run'], own: run };
  const [, sha256] = /^sha256:([0-9a-f]+)$/i.exec(text) ?? [];
  if (sha256 !== undefined) return { kinds: ['artifact'], own: sha256 };
  const named = parseNodeId(text);
  return named === undefined ? undefined : { kinds: [named.kind], own: named.own };
}

const FINDERS: Readonly<Record<LineageKind, Finder>> = {
  snapshot: async ({ catalog }, _, text) => {
    const prefix = text.toLowerCase();
    if (!isPrefix(prefix, /^[0-9a-z]+$/)) return [];
    const rows = [
      ...(await catalog.findSnapshotsByPrefix(prefix)),
      ...(await catalog.findExpiredByPrefix(prefix)),
    ];
    return rows.map(({ id, path, time }) => ({
      ...{ id: toNodeId('snapshot', id), exact: id === prefix },
      words: `${path} as of ${time}`,
    }));
  },
  cell: async (store, links, text) => {
    const { snapshot, cell } = parseCell(text);
    if (cell === '') return [];
    const versions = await FINDERS.snapshot(store, links, snapshot);
    const found: Candidate[] = [];
    for (const version of versions) {
      const own = version.id.slice('snapshot:'.length);
      if (await hasCell(store, own, cell))
        found.push({ id: toCellId(own, cell), exact: version.exact, words: version.words });
    }
    return found;
  },
  run: (_, links, text) =>
    startingWith(links.runIds(), text.toLowerCase()).map((own) => ({
      ...{ id: toNodeId('run', own), exact: own === text.toLowerCase() },
      words: links.run(own)?.name ?? '',
    })),
  dataset: (_, links, text) => {
    const byId = startingWith(links.datasetIds(), text.toLowerCase());
    const named = [...links.datasetIds()].filter((own) => links.dataset(own)?.name === text);
    const toCandidate = (own: string, exact: boolean): Candidate => {
      const { name = '', digest = '' } = links.dataset(own) ?? {};
      return { id: toNodeId('dataset', own), exact, words: `${name}, digest ${digest}` };
    };
    return [
      ...byId.map((own) => toCandidate(own, own === text.toLowerCase())),
      ...named.map((own) => toCandidate(own, true)),
    ];
  },
  model: (_, links, text) =>
    startingWith(links.modelIds(), text).map((own) => ({
      ...{ id: toNodeId('model', own), exact: own === text },
      words: links.model(own)?.name ?? '',
    })),
  artifact: (_, links, text) => {
    const found = new Map<string, Candidate>();
    const prefix = isPrefix(text.toLowerCase(), /^[0-9a-f]{6,64}$/)
      ? text.toLowerCase()
      : undefined;
    for (const { name, sha256 } of everyFile(links)) {
      const isByHash = prefix !== undefined && sha256.startsWith(prefix);
      if (!isByHash && name !== text) continue;
      const exact = name === text || sha256 === prefix;
      found.set(sha256, { id: toNodeId('artifact', sha256), exact, words: name });
    }
    return [...found.values()];
  },
  version: (_, links, text) => {
    const own = links.version(text.toLowerCase());
    const [, name, number, alias] = /^(.+?)(?:[/](\d+)|@([^@/]+))$/.exec(text) ?? [];
    const found = links.versions().filter(({ registered, version }) => {
      if (registered?.name !== (name ?? text) || registered.deleted) return false;
      if (number !== undefined) return version.version === Number(number);
      if (alias === undefined) return !version.deleted;
      return registered.aliases.some(
        (each) => each.name === alias && each.version === version.version,
      );
    });
    return [...(own === undefined ? [] : [own]), ...found].map(toVersionCandidate);
  },
  entry: (_, links, text) =>
    [...links.entryIds()]
      .filter((own) => own === text)
      .map((own) => ({ id: toNodeId('entry', own), exact: true, words: own })),
  notebook: async ({ catalog }, _, text) => {
    const row = (await catalog.findNotebook(text)) ?? (await catalog.findNotebookByPath(text));
    if (row === undefined) return [];
    return [{ id: toNodeId('notebook', row.id), exact: true, words: row.path }];
  },
};

function toVersionCandidate({ id, version, registered }: LinkedVersion): Candidate {
  const words = `${registered?.name ?? ''} v${version.version}`;
  return { id: toNodeId('version', id), exact: true, words };
}

async function hasCell(store: Store, snapshot: string, cell: string): Promise<boolean> {
  const row = await store.catalog.findSnapshot(snapshot);
  if (row === undefined) return false;
  if (unpackExecutions(row.executions).some((each) => each.cell === cell)) return true;
  const state = await readSnapshotState(store, row);
  return state.snapshot?.cells.some(({ id }) => id === cell) === true;
}

function* everyFile(links: Links): Iterable<{ readonly name: string; readonly sha256: string }> {
  for (const { artifacts } of links.runs()) yield* artifacts;
  for (const { artifacts } of links.modelFiles()) yield* artifacts;
}

function isPrefix(text: string, pattern: RegExp): boolean {
  return text.length >= LEAST_PREFIX && pattern.test(text);
}

/** The id that a text is, else those that begin with it, two more than are named at most. */
function startingWith(ids: Iterable<string>, text: string): readonly string[] {
  if (!isPrefix(text, /^[0-9a-z-]+$/)) return [];
  const found: string[] = [];
  for (const id of ids) {
    if (id === text) return [id];
    if (id.startsWith(text) && found.length < MOST_NAMED + 2) found.push(id);
  }
  return found;
}

function ambiguous(text: string, found: readonly Candidate[]): CellarError {
  const all = [...new Map(found.map((each) => [each.id, each])).values()];
  const named = all.slice(0, MOST_NAMED).map(({ id, words }) => `${id} (${words})`);
  const more = all.length > MOST_NAMED ? ', and more' : '';
  return new CellarError(
    'ambiguous_id',
    `${JSON.stringify(text)} may mean ${named.join(', ')}${more}. Give one of these in full.`,
  );
}

const HOW: Readonly<Record<LineageKind, string>> = {
  dataset: 'Data is named by its id, or the name that it was logged with.',
  notebook: 'A notebook is named by its path in the workspace.',
  snapshot: 'A version is named by its id or the start of it: "cellar log NOTEBOOK" lists them.',
  cell: 'A cell is named by its version and its id: VERSION/CELL.',
  run: 'A run is named by its id of 32 hexadecimal digits, or at least four of its first.',
  artifact:
    'A file is named by its SHA-256, at least six of its first digits, or its name in a run.',
  model: 'A logged model is named by its id, which begins with "m-".',
  version: 'A registered version is named by NAME/NUMBER or NAME@ALIAS.',
  entry: 'An entry elsewhere is named by its registry and its name there: REGISTRY/NAME/VERSION.',
};

function notFound(text: string, kind: LineageKind | undefined): CellarError {
  const how =
    kind === undefined
      ? `Name it as KIND:ID (${LINEAGE_KINDS.join(', ')}), or by a version's or run's id, models:/NAME/NUMBER, a file's SHA-256, or a notebook's path.`
      : HOW[kind];
  return new CellarError('not_found', `Nothing here is ${JSON.stringify(text)}. ${how}`);
}
