import { randomBytes } from 'node:crypto';

import type { Burst, ParsedBurst } from '../../contract/capture.js';
import { kernelIdSchema } from '../../contract/environment.js';
import type { Kernel } from '../../contract/snapshot.js';
import { CellarError } from '../errors.js';
import { readNotebook, type History } from '../history/history.js';
import { takeSnapshot } from '../history/take.js';
import { keepBytes } from '../notebook/editor.js';
import type { Notebook } from '../notebook/notebook.js';
import { parseNotebook } from '../notebook/read.js';
import { toWorkspacePath } from '../store/disk/names.js';
import type { OperatingState } from '../store/operating.js';
import type { SnapshotRow } from '../store/catalog/rows.js';
import { keepFound, keepLogged } from './artifacts.js';
import { attachRuns, withClaimed, type ReadyRun } from './attach.js';
import { claimRuns, findClaimable, toRan, toRanFile } from './claim-runs.js';
import { withoutSecrets } from './bundle-secrets.js';
import { keepInputs } from './datasets.js';
import { findFresh, findTold } from './fresh.js';
import { watchIntake, type FileIntakes, type IntakeParts, type Watch } from './intake.js';
import { leaveHeld, type WhyHeld } from './leave-held.js';
import { draftRuns, emptyDraft, implicitRunId, type DraftRun, type ShownBundle } from './runs.js';
import { readCaptureState } from './state.js';
import type { Warning } from './warning.js';

/** What capture works on. */
export interface CaptureParts extends IntakeParts {
  readonly history: History;
  readonly operating: OperatingState;
  readonly whyHeld?: WhyHeld;
}

export interface KeptState {
  readonly row: SnapshotRow;
  readonly created: boolean;
  readonly warnings: readonly Warning[];
}

/**
 * Keeps what a burst left: the notebook as a snapshot, with the runs, metrics and files of its cells. Durable when it returns.
 * Throws paused for an automatic one where capture is paused, refused_path where `.cellarignore` names the notebook.
 */
export async function keepBurst(parts: CaptureParts, burst: ParsedBurst): Promise<KeptState> {
  const { store } = parts.history;
  const path = toWorkspacePath(burst.path);
  const known = await store.catalog.findSnapshotByKey(burst.key);
  if (known !== undefined) {
    await checkSame(parts.history, known, burst);
    // What was cut off before all of it was kept is asked for again.
    const again = parseNotebook(await readNotebook(store, known), { path });
    const found = await findMade(parts.history, burst, { notebook: again, now: store.now(), path });
    await claimRuns(parts.history, known, found);
    return { row: known, created: true, warnings: [] };
  }
  await checkCaptured(parts, path, burst.trigger !== 'manual');

  const bytes =
    burst.content === undefined
      ? await store.files.read(path)
      : keepBytes(await store.files.find(path), burst.content);
  const cleaned = await parts.history.secrets.cleanBytes(bytes, path);
  const notebook = parseNotebook(cleaned.bytes, { path });
  const window = toWindow(burst, store.now());
  const printed = (await parts.operating.readSettings()).printedMetrics ?? [];
  const told = findTold(notebook, burst.executions, printed);
  const shown = await withoutSecrets(parts.history.secrets, [...told, ...burst.bundles]);
  const ready = await readyRuns(parts, { burst, path, window, shown });
  const made = await findMade(parts.history, burst, { notebook, now: store.now(), path });
  const taken = await takeSnapshot(parts.history, {
    path,
    bytes,
    cleaned,
    notebook,
    trigger: burst.trigger,
    key: burst.key,
    clean: burst.clean,
    executions: burst.executions,
    stale: burst.stale,
    kernel: toKernel(burst.kernel) ?? notebook.kernel,
    ...(burst.message === undefined ? {} : { message: burst.message }),
    attaches: ready.runs.length + made.found.length > 0,
    attach: async (claim) =>
      ready.runs.length + made.found.length === 0
        ? undefined
        : withClaimed(
            await attachRuns(store, claim, ready.runs, {
              executions: burst.executions,
              ...window,
            }),
            made.found,
          ),
  });
  await claimRuns(parts.history, taken.row, made);
  parts.intakes?.forget(path);
  return { ...taken, warnings: [...taken.warnings, ...ready.warnings] };
}

/**
 * Keeps a notebook's file as it is on disk. Bundles in its outputs that the newest version does not have yet become a run, so
 * that a notebook run outside JupyterLab keeps its metrics too. Throws not_a_notebook where its name says that it is none: what is
 * looked for in a notebook, such as by a purge, is looked for in .ipynb alone.
 */
export async function keepFile(
  parts: CaptureParts,
  request: Pick<Burst, 'path' | 'message' | 'trigger'> & { readonly key?: string | undefined },
  watch: Watch = {},
): Promise<KeptState> {
  const { store } = parts.history;
  const path = toWorkspacePath(request.path);
  if (!path.endsWith('.ipynb'))
    throw new CellarError(
      'not_a_notebook',
      `${path} is not a notebook by its name. Give a file whose name ends with .ipynb.`,
      { path },
    );
  await checkCaptured(parts, path, false);
  const bytes = await store.files.read(path);
  const cleaned = await parts.history.secrets.cleanBytes(bytes, path);
  const notebook = parseNotebook(cleaned.bytes, { path });
  const printed = (await parts.operating.readSettings()).printedMetrics ?? [];
  const fresh = await findFresh(parts.history, path, { notebook, printed });
  const shown = await withoutSecrets(parts.history.secrets, fresh.shown);
  const key = request.key ?? randomBytes(16).toString('hex');
  const now = store.now();
  const drafts = draftRuns(shown, { id: implicitRunId(key), time: now });
  const files = watchIntake(parts, path, watch);
  const logged = await keepDrafts(parts, drafts, { path, files });
  const ran = toRanFile(notebook);
  const found = await findClaimable(parts.history, ran, path);
  const { runs, warnings } = await leaveHeld(
    parts.whyHeld,
    drafts.map((draft) => toReady(draft, logged)),
    logged.warnings,
  );
  const taken = await takeSnapshot(parts.history, {
    path,
    bytes,
    cleaned,
    notebook,
    trigger: request.trigger,
    key,
    ...(request.message === undefined ? {} : { message: request.message }),
    attaches: runs.length + found.length > 0,
    attach: async (claim) =>
      runs.length + found.length === 0
        ? undefined
        : withClaimed(
            await attachRuns(store, claim, runs, { executions: [], started: now, finished: now }),
            found,
          ),
  });
  await claimRuns(parts.history, taken.row, { ran, found });
  parts.intakes?.forget(path);
  return { ...taken, warnings: [...taken.warnings, ...fresh.warnings, ...warnings] };
}

/** An id of another form than Jupyter's says nothing. */
function toKernel(kernel: ParsedBurst['kernel']): Kernel | null {
  if (kernel === null) return null;
  const { id, ...rest } = kernel;
  return kernelIdSchema.safeParse(id).success ? kernel : rest;
}

/** A key stands for one state: to answer another one with it would lose that other one. Throws conflict. */
async function checkSame(
  { store, secrets }: History,
  known: SnapshotRow,
  burst: ParsedBurst,
): Promise<void> {
  if (burst.content !== undefined) {
    const bytes = await readNotebook(store, known);
    if (keepBytes(bytes, burst.content) === bytes) return;
    // What was kept went through the intake, and what was sent did not.
    const sent = await secrets.cleanBytes(Buffer.from(burst.content), known.path);
    if (keepBytes(bytes, Buffer.from(sent.bytes).toString('utf8')) === bytes) return;
  } else if (
    (await store.catalog.findNotebookByPath(toWorkspacePath(burst.path)))?.id === known.notebook
  )
    return;
  throw new CellarError(
    'conflict',
    `The key ${burst.key} was used for version ${known.id}, which holds something else. Make a new key.`,
    { path: burst.path },
  );
}

async function checkCaptured(parts: CaptureParts, path: string, automatic: boolean): Promise<void> {
  const state = await readCaptureState(parts.history.store.files, parts.operating, path);
  if (state.state === 'ignored')
    throw new CellarError(
      'refused_path',
      `${path} is left out by ${JSON.stringify(state.by)} in .cellarignore.`,
      { path },
    );
  if (state.state === 'paused' && automatic)
    throw new CellarError('paused', `Keeping versions of ${path} is paused.`, { path });
}

/** The runs of MLflow's client, or of any other, that the cells of a burst have made meanwhile. */
async function findMade(
  history: History,
  burst: ParsedBurst,
  {
    notebook,
    now,
    path,
  }: { readonly notebook: Notebook; readonly now: number; readonly path: string },
): Promise<Parameters<typeof claimRuns>[2]> {
  const { started } = toWindow(burst, now);
  const ran = toRan(
    {
      kernel: burst.kernel?.id,
      ...{ alone: burst.alone, executions: burst.executions },
      ...{ started, ahead: burst.sent === undefined ? 0 : now - burst.sent },
    },
    notebook,
  );
  return { ran, found: await findClaimable(history, ran, path) };
}

interface Window {
  readonly started: number;
  readonly finished: number;
}

/** The burst's time by this machine's clock: `sent` tells how far the browser's is off. */
function toWindow(burst: ParsedBurst, now: number): Window {
  const offset = burst.sent === undefined ? 0 : now - burst.sent;
  const finished = (burst.finished ?? burst.sent ?? now) + offset;
  return { started: (burst.started ?? burst.finished ?? now) + offset, finished };
}

interface ReadyRequest {
  readonly burst: ParsedBurst;
  readonly path: string;
  readonly window: Window;
  readonly shown: readonly ShownBundle[];
}

async function readyRuns(
  parts: CaptureParts,
  request: ReadyRequest,
): Promise<{ readonly runs: readonly ReadyRun[]; readonly warnings: readonly Warning[] }> {
  const { store } = parts.history;
  const { burst, path, window } = request;
  const implicit = implicitRunId(burst.key);
  const drafts = draftRuns(request.shown, { id: implicit, time: window.finished });
  const files = watchIntake(parts, path);
  const logged = await keepDrafts(parts, drafts, { path, files });
  const runs = new Map(drafts.map((draft) => [draft.id, toReady(draft, logged)]));
  if (burst.executions.length === 0)
    return leaveHeld(parts.whyHeld, [...runs.values()], logged.warnings);

  const named = [...logged.artifacts.values()].flat().map(({ sha256 }) => sha256);
  const { found, warnings } = await keepFound(store, {
    burst,
    path,
    window,
    globs: (await parts.operating.readSettings()).artifactGlobs,
    known: new Set(named),
    files,
  });
  for (const { written, ...record } of found) {
    const id = findOwner(drafts, burst, written) ?? implicit;
    const run = runs.get(id) ?? { draft: emptyDraft(id), artifacts: [], inputs: [] };
    runs.set(id, { ...run, artifacts: [...run.artifacts, record] });
  }
  return leaveHeld(parts.whyHeld, [...runs.values()], [...logged.warnings, ...warnings]);
}

/** What the code of runs named, all of it kept. */
interface Logged {
  readonly artifacts: ReadonlyMap<string, ReadyRun['artifacts']>;
  readonly inputs: ReadonlyMap<string, ReadyRun['inputs']>;
  readonly warnings: readonly Warning[];
}

async function keepDrafts(
  { history }: CaptureParts,
  drafts: readonly DraftRun[],
  { path, files }: { readonly path: string; readonly files: FileIntakes },
): Promise<Logged> {
  const logged = await keepLogged(history.store, drafts, { notebook: path, files });
  const read = await keepInputs(history, drafts);
  return {
    artifacts: logged.byRun,
    inputs: read.byRun,
    warnings: [...logged.warnings, ...read.warnings],
  };
}

function toReady(draft: DraftRun, { artifacts, inputs }: Logged): ReadyRun {
  return {
    draft,
    artifacts: artifacts.get(draft.id) ?? [],
    inputs: inputs.get(draft.id) ?? [],
  };
}

/** The run that wrote a file: the only one there is, else the one whose cell was running then. */
function findOwner(
  drafts: readonly DraftRun[],
  burst: ParsedBurst,
  written: number,
): string | undefined {
  if (drafts.length === 1) return drafts[0]?.id;
  const running = burst.executions.find(
    ({ started, finished }) =>
      started !== undefined && started <= written && written <= (finished ?? Infinity),
  );
  const owners = drafts.filter(
    ({ cells }) => running !== undefined && cells.includes(running.cell),
  );
  return owners.length === 1 ? owners[0]?.id : undefined;
}
