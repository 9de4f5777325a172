import type * as z from 'zod';

import type { Burst, Kept, Restore, Restored } from '../../contract/capture.js';
import { keptSchema, restoredSchema } from '../../contract/capture.js';
import type { CompareRequest, Comparison } from '../../contract/compare.js';
import type { CellarEvent } from '../../contract/events.js';
import type { HistoryPage, HistoryQuery, Notebook } from '../../contract/history.js';
import {
  foundNotebookSchema,
  historyPageSchema,
  notebookListSchema,
} from '../../contract/history.js';
import { loginLinkSchema } from '../../contract/login.js';
import { pathTo } from '../../contract/routes.js';
import type { Artifact, Snapshot } from '../../contract/snapshot.js';
import { snapshotSchema } from '../../contract/snapshot.js';
import type { CaptureState, Pause, ServerSettings, Workspace } from '../../contract/workspace.js';
import { captureStateSchema, workspaceSchema } from '../../contract/workspace.js';
import { readComparison } from './comparison.js';
import { EventStream, type Source, type Subscription } from './events.js';
import {
  parse,
  readJson,
  readText,
  send,
  toUrl,
  type ClientOptions,
  type Request,
} from './request.js';

/** The two snapshots of a diff; without `head` the head is what the editor holds. */
export interface Pair {
  readonly base: string;
  readonly head?: string;
}

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
  compare(base: string, head: string, signal?: AbortSignal): Promise<Comparison>;
  compareNow(request: CompareRequest, signal?: AbortSignal): Promise<Comparison>;
  /** A value that a diff names by hash only, as text (pictures: base64). */
  value(hash: string, pair: Pair, signal?: AbortSignal): Promise<string>;
  restore(id: string, request?: Restore): Promise<Restored>;
  rename(from: string, to: string): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  pause(request: Pause): Promise<void>;
  captureState(path: string): Promise<CaptureState>;
  settings(patch: ServerSettings): Promise<void>;
  /** A one-time link for a reviewer, which opens the page at `target` (a fragment such as "#/diff/a/b"). */
  loginLink(target?: string): Promise<string>;
  /** Logs this browser in with a token; the answer is a cookie. */
  login(token: string): Promise<void>;
  /** Where an artifact's bytes are downloaded from. */
  readonly artifactUrl: (artifact: Pick<Artifact, 'name' | 'sha256'>) => string;
  events(listener: (event: CellarEvent) => void): Subscription;
}

/** A client of the server at `options.base`; opens no connection until it is asked something. */
export function createClient(options: ClientOptions): Client {
  const openEvents = options.openEvents ?? openEventSource;
  const stream = new EventStream(() => openEvents(toUrl(options.base, pathTo('events'))));

  async function ask<T>(schema: z.ZodType<T>, request: Request): Promise<T> {
    return readJson(await send(options, request), schema, request.signal);
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
    keep: (body) => ask(keptSchema, { method: 'POST', path: pathTo('bursts'), body }),
    compare: async (base, head, signal) =>
      readComparison(await text({ path: pathTo('diff'), query: { base, head }, signal })),
    compareNow: async (body, signal) =>
      readComparison(await text({ method: 'POST', path: pathTo('diff'), body, signal })),
    value: (hash, { base, head }, signal) =>
      text({ path: pathTo('diffValue', { hash }), query: { base, head }, signal }),
    restore: (id, body = {}) =>
      ask(restoredSchema, { method: 'POST', path: pathTo('restore', { id }), body }),
    rename: (from, to) => tell({ method: 'POST', path: pathTo('rename'), body: { from, to } }),
    copy: (from, to) => tell({ method: 'POST', path: pathTo('copy'), body: { from, to } }),
    pause: (body) => tell({ method: 'POST', path: pathTo('pause'), body }),
    captureState: (path) =>
      ask(captureStateSchema, { path: pathTo('captureState'), query: { path } }),
    settings: (body) => tell({ method: 'PATCH', path: pathTo('settings'), body }),
    loginLink: async (target) => {
      const body = target === undefined ? {} : { target };
      return (await ask(loginLinkSchema, { method: 'POST', path: pathTo('loginLinks'), body })).url;
    },
    login: (token) => tell({ method: 'POST', path: pathTo('login'), body: { token } }),
    artifactUrl: ({ name, sha256 }) =>
      options.artifactBase === undefined
        ? toUrl(options.base, pathTo('artifact', { sha256 }), { name })
        : toUrl(options.artifactBase, encodeURIComponent(sha256), { name }),
    events: (listener) => stream.listen(listener),
  };
}

function openEventSource(url: string): Source {
  return new EventSource(url, { withCredentials: true }) as Source;
}
