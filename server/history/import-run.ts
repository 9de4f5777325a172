import { setImmediate as nextTurn } from 'node:timers/promises';

import { MAX_IMPORT_WARNINGS, type Imported, type ImportWarning } from '../../contract/import.js';
import type { Progress } from '../../contract/progress.js';
import type { BlobReader } from '../checkout/blobs.js';
import { isLfsPointer } from '../checkout/revision.js';
import { CellarError } from '../errors.js';
import type { Notebook } from '../notebook/notebook.js';
import { parseNotebook } from '../notebook/read.js';
import type { History } from './history.js';
import { writeBatch, type Ready, type ReadyEnd, type ReadyState } from './import-batch.js';
import type { Line, Step, Tracked } from './import-line.js';
import { importKey, toImportPath, type PathMap } from './import-paths.js';
import type { Bound, Standing } from './import-tree.js';
import { parseOrBlank } from './restore.js';
import type { CleanBytes } from './secrets.js';
import type { Attachment, Claim } from './take.js';

/** A chain of commits holds at most so many states and bytes, so that others who write wait for a moment only. */
const BATCH = { states: 64, bytes: 8 * 1024 * 1024 };

/** What a state's outputs hold, for whoever makes runs of it; `previous` is the state before in the same notebook. */
export interface ImportedState {
  readonly key: string;
  /** Stands for the notebook. */
  readonly notebook: string;
  readonly content: Notebook;
  /** In milliseconds since 1970. */
  readonly time: number;
}

export interface ImportOptions {
  /** The repository, or a folder in it; absolute. */
  readonly folder: string;
  readonly all?: boolean;
  readonly since?: string | undefined;
  /** False for a notebook of the workspace that is not to be kept. */
  readonly wants: (path: string) => Promise<boolean>;
  /** Makes runs of what a state's outputs tell; undefined where they tell nothing. */
  readonly attach?: (
    state: ImportedState,
  ) => Promise<((claim: Claim) => Promise<Attachment>) | undefined>;
  readonly report?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

interface RunParts {
  readonly blobs: BlobReader;
  readonly map: PathMap;
  readonly line: Line;
}

/** One import on its way: what is bound to what, and what is ready but not written yet. */
export class ImportRun {
  readonly #bound = new Map<Tracked, Bound>();
  readonly #standing: Standing = new Map();
  readonly #warnings: ImportWarning[] = [];
  /** What is no notebook of the workspace, with its reason said once. */
  readonly #unwanted = new Map<string, boolean>();
  #batch: Ready[] = [];
  #bytes = 0;
  /** What is being kept while the next states are read. */
  #writing: Promise<void> = Promise.resolve();
  /** Notebooks with states that are not kept yet. */
  readonly #waiting = new Map<Bound, number>();
  /** Ends that are due once a new state follows: before one that is known they were written long ago. */
  #ends: ReadyEnd[] = [];
  #counts = { snapshots: 0, known: 0, runs: 0, skipped: 0 };

  constructor(
    private readonly history: History,
    private readonly options: ImportOptions,
    private readonly parts: RunParts,
  ) {}

  async run(): Promise<Omit<Imported, 'status' | 'repository' | 'head' | 'commits'>> {
    try {
      return await this.#run();
    } finally {
      await this.#writing.catch(() => undefined);
    }
  }

  async #run(): Promise<Omit<Imported, 'status' | 'repository' | 'head' | 'commits'>> {
    const { line } = this.parts;
    for (const path of line.unnameable)
      this.#skip(`${path} is passed over: its name is not UTF-8.`, { path });
    await this.#bind(line);
    for (const [done, step] of line.steps.entries()) {
      this.options.signal?.throwIfAborted();
      await this.#take(step);
      this.options.report?.({ what: 'versions', done, total: line.steps.length });
    }
    this.#batch.push(...this.#ends.splice(0));
    await this.#settle();
    this.options.report?.({ what: 'versions', done: line.steps.length, total: line.steps.length });
    const notebooks = line.notebooks.filter((each) => this.#bound.get(each)?.before !== undefined);
    return { ...this.#counts, notebooks: notebooks.length, warnings: this.#warnings };
  }

  /** Those that are there now choose first: of two that had one name, it is theirs. */
  async #bind(line: Line): Promise<void> {
    const { catalog } = this.history.store;
    const taken = new Set<string>();
    const notebooks = [...line.notebooks].sort((a, b) => Number(a.gone) - Number(b.gone));
    for (const tracked of notebooks) {
      const known = await this.#findKnown(tracked);
      const mapped = toImportPath(this.parts.map, tracked.path);
      const there =
        mapped !== undefined && 'path' in mapped
          ? await catalog.findNotebookByPath(mapped.path)
          : undefined;
      const id = [known, there?.id].find((each) => each !== undefined && !taken.has(each));
      if (id !== undefined) taken.add(id);
      const row = await catalog.findNotebook(id ?? '');
      this.#bound.set(tracked, {
        id: id ?? this.history.store.newId(),
        formerPaths: row?.formerPaths ?? [],
        origin: row?.origin ?? null,
        before: undefined,
      });
    }
  }

  /** The notebook that has the first of its states that is kept already. */
  async #findKnown({ steps }: Tracked): Promise<string | undefined> {
    for (const step of steps) {
      if (step.kind !== 'state') continue;
      const row = await this.history.store.catalog.findSnapshotByKey(keyOf(step));
      if (row !== undefined) return row.notebook;
    }
    return undefined;
  }

  async #take(step: Step): Promise<void> {
    const bound = this.#bound.get(step.tracked);
    const path = await this.#toPath(step.path);
    if (bound === undefined || path === undefined) return;
    if (step.kind === 'end') {
      this.#ends.push({ kind: 'end', step, bound, path });
      return;
    }
    const key = keyOf(step);
    const row = await this.history.store.catalog.findSnapshotByKey(key);
    if (row === undefined) return this.#read(step, { bound, path, key });
    // Those before it come first.
    if ((this.#waiting.get(bound) ?? 0) > 0) await this.#settle();
    bound.before = { snapshot: row.id, cells: undefined };
    this.#ends = [];
    this.#counts.known += 1;
  }

  async #read(
    step: Extract<Step, { kind: 'state' }>,
    to: { readonly bound: Bound; readonly path: string; readonly key: string },
  ): Promise<void> {
    const facts = { commit: step.commit.commit, path: step.path };
    const found = await this.parts.blobs.read(step.oid);
    if (found.kind !== 'bytes' || isLfsPointer(found.bytes)) {
      this.#skip(`${this.#nameOf(facts)} is passed over: ${toReason(found.kind)}.`, facts);
      return;
    }
    const { bytes } = found;
    const { bound, path, key } = to;
    const { secrets } = this.history;
    const clean = await this.#clean(bytes, path, facts);
    if (clean === undefined) return;
    const content = this.#parse(clean.bytes, facts);
    const [subject = '', body = ''] = await secrets.cleanTexts([
      step.commit.subject,
      step.commit.body,
    ]);
    const from = step.from === undefined ? undefined : await this.#toPath(step.from);
    const origin = await this.#findOrigin(step.tracked);
    const state = { key, notebook: bound.id, content, time: step.commit.time };
    const ready: ReadyState = {
      ...{ kind: 'state', step, bound, key, path, from, origin, clean, subject, body },
      notebook: content,
      attach: await this.options.attach?.(state),
    };
    this.#batch.push(...this.#ends.splice(0), ready);
    this.#count(bound, 1);
    this.#bytes += bytes.length;
    if (this.#batch.length >= BATCH.states || this.#bytes >= BATCH.bytes) await this.#write();
  }

  async #findOrigin({ origin }: Tracked): Promise<ReadyState['origin']> {
    const bound = origin && this.#bound.get(origin);
    const path = origin && (await this.#toPath(origin.path));
    return bound === undefined || path === undefined ? undefined : { bound, path };
  }

  /** The bytes as they are kept; undefined where the settings refuse what was found in them. */
  async #clean(
    bytes: Buffer,
    path: string,
    facts: Omit<ImportWarning, 'message'>,
  ): Promise<CleanBytes | undefined> {
    try {
      const clean = await this.history.secrets.cleanBytes(bytes, path);
      for (const { message } of clean.warnings)
        this.#warn({ message: `${this.#nameOf(facts)}: ${message}`, ...facts });
      return clean;
    } catch (error) {
      if (!(error instanceof CellarError) || error.code !== 'secret_found') throw error;
      this.#skip(`${this.#nameOf(facts)} is passed over: ${error.message}`, facts);
      return undefined;
    }
  }

  #nameOf({ path, commit }: Omit<ImportWarning, 'message'>): string {
    return `${path ?? ''} at ${commit?.slice(0, 10) ?? ''}`;
  }

  /** A state that cannot be read as a notebook is kept byte for byte, and said. */
  #parse(bytes: Uint8Array, facts: { readonly commit: string; readonly path: string }): Notebook {
    try {
      return parseNotebook(bytes, { path: facts.path });
    } catch (error) {
      if (!(error instanceof CellarError)) throw error;
      this.#warn({
        message: `${this.#nameOf(facts)} is kept as it is: ${error.message}`,
        ...facts,
      });
      return parseOrBlank(bytes, facts.path);
    }
  }

  async #settle(): Promise<void> {
    await this.#write();
    await this.#writing;
  }

  /** Hands what is ready on to be kept; waits for what was handed on before. */
  async #write(): Promise<void> {
    const batch = this.#batch.splice(0);
    this.#bytes = 0;
    await this.#writing;
    this.#writing = this.#keep(batch);
    // Rejects where it is awaited: by the next one, or at the end.
    this.#writing.catch(() => undefined);
  }

  async #keep(batch: readonly Ready[]): Promise<void> {
    if (batch.length > 0) {
      const written = await this.history.store.exclusively(() =>
        writeBatch(this.history, batch, this.#standing),
      );
      this.#counts.snapshots += written.snapshots;
      this.#counts.runs += written.runs;
    }
    await nextTurn();
    for (const { bound, kind } of batch) if (kind === 'state') this.#count(bound, -1);
  }

  #count(bound: Bound, by: number): void {
    this.#waiting.set(bound, (this.#waiting.get(bound) ?? 0) + by);
  }

  async #toPath(path: string): Promise<string | undefined> {
    const mapped = toImportPath(this.parts.map, path);
    if (mapped === undefined) return undefined;
    let wanted = this.#unwanted.get(path);
    if (wanted === undefined) {
      wanted = 'path' in mapped && (await this.options.wants(mapped.path));
      this.#unwanted.set(path, wanted);
      if ('refusal' in mapped) this.#skip(mapped.refusal, { path });
    }
    return wanted && 'path' in mapped ? mapped.path : undefined;
  }

  #skip(message: string, facts: Omit<ImportWarning, 'message'>): void {
    this.#counts.skipped += 1;
    this.#warn({ message, ...facts });
  }

  #warn(warning: ImportWarning): void {
    if (this.#warnings.length < MAX_IMPORT_WARNINGS) this.#warnings.push(warning);
  }
}

function keyOf(step: Extract<Step, { kind: 'state' }>): string {
  return importKey(step.commit.commit, step.path, step.again);
}

function toReason(kind: 'bytes' | 'missing' | 'too large'): string {
  if (kind === 'bytes') return 'it is kept in Git LFS, and git itself holds a pointer only';
  return kind === 'missing' ? 'this partial clone does not hold it' : 'it is too large';
}
