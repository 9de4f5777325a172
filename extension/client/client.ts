import type * as z from 'zod';

import { cancelledSchema } from '../../contract/artifact.js';
import type { Burst, Kept, Restore, Restored } from '../../contract/capture.js';
import { keptSchema, restoredSchema } from '../../contract/capture.js';
import { revisionsSchema } from '../../contract/compare.js';
import type { CompareSides, Comparison, Revisions } from '../../contract/compare.js';
import type { CellarEvent } from '../../contract/events.js';
import type { ExportChoice } from '../../contract/export.js';
import type { HistoryPage, HistoryQuery, Notebook } from '../../contract/history.js';
import {
  foundNotebookSchema,
  historyPageSchema,
  notebookListSchema,
} from '../../contract/history.js';
import {
  importedSchema,
  importOfferSchema,
  type Imported,
  type ImportOffer,
} from '../../contract/import.js';
import { liveSchema, type Live, type liveQuerySchema } from '../../contract/live.js';
import { courseSchema } from '../../contract/points.js';
import { lineageSchema, type Lineage, type LineageQuery } from '../../contract/lineage.js';
import { loginLinkSchema } from '../../contract/login.js';
import type { Progress } from '../../contract/progress.js';
import { pathTo } from '../../contract/routes.js';
import { runPageSchema, type RunPage } from '../../contract/run.js';
import { redactedTextSchema, type RedactedText } from '../../contract/secrets.js';
import type { Artifact, Snapshot } from '../../contract/snapshot.js';
import { snapshotSchema } from '../../contract/snapshot.js';
import type { CaptureState, Pause, ServerSettings, Workspace } from '../../contract/workspace.js';
import { captureStateSchema, workspaceSchema } from '../../contract/workspace.js';
import {
  readComparison,
  toBaseRequest,
  toCompareRequest,
  toValueRequest,
  type ComparedPlace,
} from './comparison.js';
import { EventStream, type Source, type Subscription } from './events.js';
import { readLong } from './long.js';
import {
  parse,
  readJson,
  readText,
  send,
  toUrl,
  type ClientOptions,
  type Request,
} from './request.js';

/** Everything the browser asks of the server. Each call rejects with a ClientError, or an AbortError after its signal fired. */
export interface Client {
  workspace(): Promise<Workspace>;
  notebooks(): Promise<readonly Notebook[]>;
  /** The notebook that has, or else last had, this path; undefined when nothing of it was kept yet. */
  findNotebook(path: string): Promise<Notebook | undefined>;
  history(notebook: string, query?: HistoryQuery, signal?: AbortSignal): Promise<HistoryPage>;
  snapshot(id: string): Promise<Snapshot>;
  /** The notebook's text as stored. */
  notebookText(id: string, signal?: AbortSignal): Promise<string>;
  keep(burst: Burst): Promise<Kept>;
  /** A text without what was purged from the store, and at how many places it was. */
  redact(content: string): Promise<RedactedText>;
  compare(asked: CompareSides, signal?: AbortSignal): Promise<Comparison>;
  /** A value that a comparison names by hash only, as text (pictures: base64); `not_found` when it is not remembered any more. */
  value(hash: string, compared: ComparedPlace, signal?: AbortSignal): Promise<string>;
  /** The base notebook's text of a comparison; `not_found` when it is not remembered any more. */
  baseText(compared: ComparedPlace, signal?: AbortSignal): Promise<string>;
  /** Runs that go on, and those that are named, with their latest values. */
  live(query: LiveQuery, signal?: AbortSignal): Promise<Live>;
  /** The course of a metric of a run in so many stretches. */
  course(asked: CourseName, signal?: AbortSignal): Promise<MetricCourse>;
  /** What came of what around a node. */
  lineage(query: LineageQuery, signal?: AbortSignal): Promise<Lineage>;
  /** All that is known of a run. */
  run(id: string, signal?: AbortSignal): Promise<RunPage>;
  /** The commits that touched a notebook, newest first. */
  revisions(path: string, signal?: AbortSignal): Promise<Revisions>;
  restore(id: string, request?: Restore): Promise<Restored>;
  /** Keeps a version for ever, or takes its pin off. */
  pin(id: string, pinned: boolean): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  pause(request: Pause): Promise<void>;
  captureState(path: string): Promise<CaptureState>;
  settings(patch: ServerSettings): Promise<void>;
  /** Says that something found is no secret, or takes that back. */
  allowSecret(fingerprint: string, allowed: boolean): Promise<void>;
  /** Ends the intake of a file of the notebook at a path; false when there is none any more. */
  cancelIntake(path: string, file: string): Promise<boolean>;
  /** What the git repository around the workspace has that is not here. */
  importOffer(): Promise<ImportOffer>;
  /** Ends the import that goes on, whoever began it; what it has brought in stays. */
  cancelImport(): Promise<void>;
  /** Brings in what `importOffer` counts; aborting keeps what was brought in by then. */
  importHistory(report: (progress: Progress) => void, signal: AbortSignal): Promise<Imported>;
  /** A one-time link for a reviewer, which opens the page at `target` (a fragment such as "#/diff/a/b"). */
  loginLink(target?: string): Promise<string>;
  /** Logs this browser in with a token; the answer is a cookie. */
  login(token: string): Promise<void>;
  /** Where an artifact's bytes are downloaded from. */
  readonly artifactUrl: (artifact: Pick<Artifact, 'name' | 'sha256'>) => string;
  /** Where a version, or a notebook's whole history, is downloaded from as a zip. */
  readonly exportUrl: (chosen: ExportChoice) => string;
  /** `onAway` is told when the server goes away, and when it is back. */
  events(listener: (event: CellarEvent) => void, onAway?: (isAway: boolean) => void): Subscription;
}

/** Which runs are asked for; see liveQuerySchema. */
export interface LiveQuery extends Pick<
  z.input<typeof liveQuerySchema>,
  'kernel' | 'notebook' | 'metric'
> {
  readonly runs?: readonly string[] | undefined;
  readonly metrics?: number | undefined;
}

/** A metric of a run, and in how many stretches its course is read. */
export interface CourseName {
  readonly run: string;
  readonly name: string;
  readonly buckets: number;
}

export type MetricCourse = z.infer<typeof courseSchema>;

/** A client of the server at `options.base`; opens no connection until it is asked something. */
export function createClient(options: ClientOptions): Client {
  const openEvents = options.openEvents ?? openEventSource;
  const stream = new EventStream(() => openEvents(toUrl(options.base, pathTo('events'))));

  async function ask<T>(schema: z.ZodType<T>, request: Request): Promise<T> {
    return readJson(await send(options, request), schema, request.signal);
  }
  /** For what may take longer than an answer is waited for: it begins at once, and tells how far it is. */
  async function askLong<T>(
    schema: z.ZodType<T>,
    { signal, ...request }: Request,
    report: (progress: Progress) => void = () => undefined,
  ): Promise<T> {
    // Jupyter's proxy holds any other answer back until it is whole; lines of JSON come all the same.
    const how = { method: 'POST', accept: 'text/event-stream' } as const;
    const answer = await send(options, { ...request, ...how, signal });
    return readLong(answer, schema, { report, signal });
  }
  async function text(request: Request): Promise<string> {
    return readText(await send(options, request), request.signal);
  }
  /** For writes whose answer says no more than that they were done; a login page in its place still fails. */
  async function tell(request: Request): Promise<void> {
    const answer = await text(request);
    if (answer !== '') parse(answer);
  }

  return {
    workspace: () => ask(workspaceSchema, { path: pathTo('workspace') }),
    notebooks: async () => (await ask(notebookListSchema, { path: pathTo('notebooks') })).notebooks,
    findNotebook: async (path) => {
      const request = { path: pathTo('notebookByPath'), query: { path } };
      return (await ask(foundNotebookSchema, request)).notebook ?? undefined;
    },
    history: (id, query, signal) =>
      ask(historyPageSchema, {
        path: pathTo('history', { id }),
        query: query as Request['query'],
        signal,
      }),
    snapshot: (id) => ask(snapshotSchema, { path: pathTo('snapshot', { id }) }),
    notebookText: (id, signal) => text({ path: pathTo('snapshotNotebook', { id }), signal }),
    keep: (body) => askLong(keptSchema, { path: pathTo('bursts'), body }),
    redact: (content) =>
      ask(redactedTextSchema, { method: 'POST', path: pathTo('redactions'), body: { content } }),
    compare: async (asked, signal) =>
      readComparison(await text({ ...toCompareRequest(asked), signal })),
    value: (hash, compared, signal) => text({ ...toValueRequest(hash, compared), signal }),
    baseText: (compared, signal) => text({ ...toBaseRequest(compared), signal }),
    live: ({ runs = [], ...query }, signal) =>
      ask(liveSchema, {
        path: pathTo('live'),
        query: {
          kernel: query.kernel,
          notebook: query.notebook,
          metric: query.metric,
          runs: runs.length === 0 ? undefined : runs.join(','),
          metrics: query.metrics,
        },
        signal,
      }),
    course: ({ run, name, buckets }, signal) =>
      ask(courseSchema, {
        path: pathTo('runMetric', { id: run, name }),
        query: { buckets },
        signal,
      }),
    lineage: (query, signal) =>
      ask(lineageSchema, {
        path: pathTo('lineage'),
        query: query as Request['query'],
        signal,
      }),
    run: (id, signal) => ask(runPageSchema, { path: pathTo('run', { id }), signal }),
    revisions: (path, signal) =>
      ask(revisionsSchema, { path: pathTo('revisions'), query: { path }, signal }),
    restore: (id, body = {}) =>
      ask(restoredSchema, { method: 'POST', path: pathTo('restore', { id }), body }),
    pin: (id, pinned) => tell({ method: pinned ? 'PUT' : 'DELETE', path: pathTo('pin', { id }) }),
    rename: (from, to) => tell({ method: 'POST', path: pathTo('rename'), body: { from, to } }),
    copy: (from, to) => tell({ method: 'POST', path: pathTo('copy'), body: { from, to } }),
    pause: (body) => tell({ method: 'POST', path: pathTo('pause'), body }),
    captureState: (path) =>
      ask(captureStateSchema, { path: pathTo('captureState'), query: { path } }),
    settings: (body) => tell({ method: 'PATCH', path: pathTo('settings'), body }),
    allowSecret: (fingerprint, allowed) =>
      tell({
        path: pathTo('allowedSecrets'),
        ...(allowed
          ? { method: 'POST', body: { fingerprint } }
          : { method: 'DELETE', query: { fingerprint } }),
      }),
    cancelIntake: async (path, file) => {
      const request = { path: pathTo('intakes'), query: { path, file } };
      return (await ask(cancelledSchema, { method: 'DELETE', ...request })).cancelled;
    },
    importOffer: () => ask(importOfferSchema, { path: pathTo('importOffer') }),
    cancelImport: () => tell({ method: 'DELETE', path: pathTo('imports') }),
    importHistory: (report, signal) =>
      askLong(importedSchema, { path: pathTo('imports'), body: {}, signal }, report),
    loginLink: async (target) => {
      const body = target === undefined ? {} : { target };
      return (await ask(loginLinkSchema, { method: 'POST', path: pathTo('loginLinks'), body })).url;
    },
    login: (token) => tell({ method: 'POST', path: pathTo('login'), body: { token } }),
    artifactUrl: ({ name, sha256 }) =>
      options.artifactBase === undefined
        ? toUrl(options.base, pathTo('artifact', { sha256 }), { name })
        : toUrl(options.artifactBase, encodeURIComponent(sha256), { name }),
    exportUrl: (chosen) => toUrl(options.base, pathTo('exports'), { ...chosen }),
    events: (listener, onAway) => stream.listen(listener, onAway),
  };
}

function openEventSource(url: string): Source {
  return new EventSource(url, { withCredentials: true }) as Source;
}
