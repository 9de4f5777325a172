import * as z from 'zod';

import { CellarError } from '../errors.js';
import { toRefusal, type Answer, type Download, type Http } from './http.js';
import {
  API,
  encodePath,
  experimentSchema,
  filesSchema,
  listOf,
  loggedModelSchema,
  metricSchema,
  PROXY,
  quote,
  registeredSchema,
  textSchema,
  toProxied,
  versionSchema,
  type WireExperiment,
  type WireModel,
  type WireRegistered,
  type WireVersion,
} from './mlflow-wire.js';

/** Runs of one page: few, since each may have many params and long tags. */
const RUNS = 100;
const MODELS = 50;
const POINTS = 25_000;
/** Folders below folders are gone into so deep. */
const MOST_DEPTH = 50;

export interface WirePoint {
  readonly value: number;
  readonly step: number;
  readonly time: number;
}

/** A file of a run or of a logged model. */
export interface WireFile {
  /** "model/MLmodel". */
  readonly name: string;
  readonly size: number;
}

/** Whose files are meant. */
export interface FileOwner {
  readonly kind: 'run' | 'model';
  readonly id: string;
  /** Where they are, as the server says it. */
  readonly uri: string;
}

/** What an MLflow server has, page by page. */
export class ImportSource {
  constructor(
    private readonly http: Http,
    private readonly signal: AbortSignal,
    /** Which experiments and runs: those that are deleted too, or not. */
    private readonly view: 'ALL' | 'ACTIVE_ONLY',
  ) {}

  get url(): string {
    return this.http.url;
  }

  async *experiments(): AsyncGenerator<WireExperiment> {
    const schema = z.object({ experiments: listOf(experimentSchema), next_page_token: textSchema });
    for await (const { experiments } of this.#pages(schema, (token) => ({
      path: `${API}/experiments/search`,
      method: 'POST',
      body: { max_results: 1_000, view_type: this.view, page_token: token },
    })))
      yield* experiments;
  }

  /** Pages of runs, oldest first, each as the server has it. */
  async *runs(experiment: string, since: number | undefined): AsyncGenerator<readonly unknown[]> {
    const schema = z.object({ runs: listOf(z.unknown()), next_page_token: textSchema });
    for await (const { runs } of this.#pages(schema, (token) => ({
      path: `${API}/runs/search`,
      method: 'POST',
      body: {
        ...toRunSearch(experiment, since),
        run_view_type: this.view,
        max_results: RUNS,
        page_token: token,
      },
    })))
      yield runs;
  }

  async countRuns(experiment: string, since: number | undefined): Promise<number> {
    let count = 0;
    for await (const page of this.runs(experiment, since)) count += page.length;
    return count;
  }

  /** Pages of the whole course of a metric. */
  async *points(run: string, metric: string): AsyncGenerator<readonly WirePoint[]> {
    const schema = z.object({ metrics: listOf(metricSchema), next_page_token: textSchema });
    for await (const { metrics } of this.#pages(schema, (token) => ({
      path: `${API}/metrics/get-history`,
      query: {
        ...{ run_id: run, run_uuid: run, metric_key: metric, max_results: POINTS },
        page_token: token,
      },
    })))
      yield metrics.map(({ value, step, timestamp: time }) => ({ value, step, time }));
  }

  /** Logged models, of which servers before 3 have none. */
  async *models(experiment: string): AsyncGenerator<WireModel> {
    const schema = z.object({ models: listOf(loggedModelSchema), next_page_token: textSchema });
    for await (const { models } of this.#pages(
      schema,
      (token) => ({
        path: `${API}/logged-models/search`,
        method: 'POST',
        body: { experiment_ids: [experiment], max_results: MODELS, page_token: token },
      }),
      isUnknownCall,
    ))
      yield* models;
  }

  async *registered(): AsyncGenerator<WireRegistered> {
    const schema = z.object({
      registered_models: listOf(registeredSchema),
      next_page_token: textSchema,
    });
    for await (const { registered_models: models } of this.#pages(schema, (token) => ({
      path: `${API}/registered-models/search`,
      query: { max_results: 100, page_token: token },
    })))
      yield* models;
  }

  /** Of one registered model. */
  async *versions(name: string): AsyncGenerator<WireVersion> {
    const quoted = quote(name);
    if (quoted === undefined)
      throw new CellarError('bad_request', `A name with both ' and " cannot be asked for.`);
    const schema = z.object({ model_versions: listOf(versionSchema), next_page_token: textSchema });
    for await (const { model_versions: versions } of this.#pages(schema, (token) => ({
      path: `${API}/model-versions/search`,
      query: { filter: `name=${quoted}`, max_results: 1_000, page_token: token },
    })))
      yield* versions;
  }

  /** Every file, those in folders too. Names that lead elsewhere are refused. */
  async *files(owner: FileOwner, folder = '', depth = 0): AsyncGenerator<WireFile> {
    for (const { path, is_dir: isFolder, file_size: size } of await this.#list(owner, folder)) {
      const own = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
      const name = folder === '' ? own : `${folder}/${own}`;
      // eslint-disable-next-line no-control-regex -- no name of a file has them
      if (own === '' || own === '.' || own === '..' || /[\\\u0000]/.test(own))
        throw new CellarError(
          'registry_refused',
          `${this.url} names a file ${JSON.stringify(path)}, which leads elsewhere.`,
        );
      if (!isFolder) yield { name, size };
      else if (depth < MOST_DEPTH) yield* this.files(owner, name, depth + 1);
    }
  }

  /** Throws not_found for a file that is not there any more. */
  async open(owner: FileOwner, name: string): Promise<Download> {
    const found = await this.http.download({ ...toAddress(owner, name), signal: this.signal });
    if (found !== undefined) return found;
    throw new CellarError('not_found', `${this.url} has no file ${name} at ${owner.uri}.`);
  }

  async #list(owner: FileOwner, folder: string): Promise<z.output<typeof filesSchema>['files']> {
    const { path, query } = toListing(owner, folder);
    const files: z.output<typeof filesSchema>['files'] = [];
    for await (const page of this.#pages(filesSchema, (token) => ({
      path,
      query: { ...query, page_token: token },
    })))
      files.push(...page.files);
    return files;
  }

  async *#pages<Page extends { readonly next_page_token: string }>(
    schema: z.ZodType<Page>,
    ask: (token: string | undefined) => Parameters<Http['ask']>[0],
    isNone: (answer: Answer) => boolean = () => false,
  ): AsyncGenerator<Page> {
    const { signal } = this;
    for (let token: string | undefined; ;) {
      signal.throwIfAborted();
      const asked = { ...ask(token), safe: true, signal };
      const answer = await this.http.ask(asked);
      if (isNone(answer)) return;
      if (!answer.ok) throw toRefusal(this.url, answer);
      const page = schema.parse(answer.body);
      yield page;
      // A server that does not know pages gives the same token, or none.
      if (page.next_page_token === '' || page.next_page_token === token) return;
      token = page.next_page_token;
    }
  }
}

interface Place {
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
}

/** What lists a folder: the proxy, else the server itself, which may reach what no client of it can. */
function toListing({ kind, id, uri }: FileOwner, folder: string): Place {
  const proxied = toProxied(uri);
  const below = folder === '' ? undefined : folder;
  if (proxied !== undefined)
    return {
      path: `${PROXY}/artifacts`,
      query: { path: below === undefined ? proxied : `${proxied}/${below}` },
    };
  if (kind === 'run')
    return { path: `${API}/artifacts/list`, query: { run_id: id, run_uuid: id, path: below } };
  return {
    path: `${API}/logged-models/${id}/artifacts/directories`,
    query: { artifact_directory_path: below },
  };
}

function toAddress({ kind, id, uri }: FileOwner, name: string): Place {
  const proxied = toProxied(uri);
  if (proxied !== undefined)
    return { path: `${PROXY}/artifacts/${encodePath(`${proxied}/${name}`)}`, query: {} };
  if (kind === 'run') return { path: '/get-artifact', query: { run_id: id, path: name } };
  return {
    path: `/ajax-api/2.0/mlflow/logged-models/${id}/artifacts/files`,
    query: { artifact_file_path: name },
  };
}

function toRunSearch(experiment: string, since: number | undefined): object {
  return {
    experiment_ids: [experiment],
    order_by: ['attributes.start_time ASC'],
    ...(since === undefined ? {} : { filter: `attributes.start_time >= ${since}` }),
  };
}

/** Whether a server is too old to know the call. */
function isUnknownCall(answer: Answer): boolean {
  return !answer.ok && (answer.status === 404 || answer.status === 405);
}
