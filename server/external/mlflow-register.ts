import * as z from 'zod';

import { CellarError } from '../errors.js';
import { toRefusal, type Answer, type Http } from './http.js';
import { sendFile } from './mlflow-upload.js';
import {
  API,
  isMissing,
  listOf,
  MOST_DESCRIPTION,
  MOST_TAG,
  quote,
  textSchema,
  toProxied,
  unwrap,
  versionSchema,
} from './mlflow-wire.js';
import type { Registration, Sending } from './registry.js';

/** Where runs are put that hold the files of what Cellar registers. */
const EXPERIMENT = 'Cellar';
/** By it a registration is found again that was begun before. */
const KEY_TAG = 'cellar.link';
/** How long the end of a run that was cancelled may take to be told, in milliseconds. */
const LAST_WORD_MS = 2_500;

/**
 * The files go into a run of their own, since a version of MLflow names files of a run, or of a store that this server cannot write to.
 * What a try before has made is found by its tag.
 */
export async function addVersion(
  http: Http,
  registration: Registration,
  { sent, signal }: Sending,
): Promise<string> {
  const { entry, key } = registration;
  const experiment = await makeExperiment(http, signal);
  // Before anything else is made there.
  toWritable(http, experiment.files);
  await makeEntry(http, entry, signal);
  const before = await findByKey(http, { entry, key, signal });
  if (before !== undefined) return before;
  const run = await makeRun(http, registration, { experiment: experiment.id, signal });
  const folder = toWritable(http, run.files);
  try {
    for (const file of registration.files) await sendFile(http, { file, folder, sent, signal });
  } catch (error) {
    // Nobody else would end it; what goes on at the next start is to find it as it was.
    if (isCancelled(signal))
      await endRun(http, { ...run, status: 'KILLED' }, AbortSignal.timeout(LAST_WORD_MS)).catch(
        () => undefined,
      );
    throw error;
  }
  await endRun(http, { ...run, status: 'FINISHED' }, signal);
  const { version } = z.object({ model_version: versionSchema }).parse(
    await http.json({
      method: 'POST',
      path: `${API}/model-versions/create`,
      body: {
        name: entry,
        source: `${run.files.replace(/\/+$/, '')}${commonFolder(registration)}`,
        run_id: run.id,
        description: registration.description.slice(0, MOST_DESCRIPTION),
        tags: toWireTags(registration),
      },
      signal,
    }),
  ).model_version;
  return version;
}

/** Whether a person has ended it: else the server ends. */
function isCancelled({ reason }: AbortSignal): boolean {
  return reason instanceof CellarError && reason.code === 'cancelled';
}

async function endRun(
  http: Http,
  { id, status }: { readonly id: string; readonly status: 'FINISHED' | 'KILLED' },
  signal: AbortSignal,
): Promise<void> {
  await http.json({
    method: 'POST',
    path: `${API}/runs/update`,
    body: { run_id: id, run_uuid: id, status, end_time: Date.now() },
    signal,
  });
}

/** Within the files of the server's proxy. Throws registry_refused for what no proxy takes. */
function toWritable(http: Http, files: string): string {
  const folder = toProxied(files);
  if (folder !== undefined) return folder;
  throw new CellarError(
    'registry_refused',
    `${http.url} keeps the files of its runs at ${schemeOf(files)}, which only its clients write to. Start it with --serve-artifacts, or register from a place that has access, and link the version here.`,
  );
}

async function makeEntry(http: Http, name: string, signal: AbortSignal): Promise<void> {
  const answer = await http.ask({
    method: 'POST',
    path: `${API}/registered-models/create`,
    body: { name },
    signal,
  });
  if (!answer.ok && answer.code !== 'RESOURCE_ALREADY_EXISTS') unwrap(http, answer);
}

async function findByKey(
  http: Http,
  {
    entry,
    key,
    signal,
  }: { readonly entry: string; readonly key: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const name = quote(entry);
  // MLflow takes no such name either.
  if (name === undefined) return undefined;
  const { model_versions: found } = z.object({ model_versions: listOf(versionSchema) }).parse(
    await http.json({
      path: `${API}/model-versions/search`,
      query: { filter: `name = ${name} AND tags.\`${KEY_TAG}\` = '${key}'`, max_results: 1 },
      signal,
    }),
  );
  return found[0]?.version;
}

/** The run of this registration: that of a try before, or a new one. */
async function makeRun(
  http: Http,
  registration: Registration,
  { experiment, signal }: { readonly experiment: string; readonly signal: AbortSignal },
): Promise<{ readonly id: string; readonly files: string }> {
  const runSchema = z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) });
  const { runs } = z.object({ runs: listOf(runSchema) }).parse(
    await http.json({
      method: 'POST',
      path: `${API}/runs/search`,
      body: {
        experiment_ids: [experiment],
        filter: `tags.\`${KEY_TAG}\` = '${registration.key}'`,
        max_results: 1,
      },
      signal,
    }),
  );
  const [before] = runs;
  const { info } =
    before ??
    z.object({ run: runSchema }).parse(
      await http.json({
        method: 'POST',
        path: `${API}/runs/create`,
        body: {
          experiment_id: experiment,
          run_name: registration.entry,
          start_time: Date.now(),
          tags: toWireTags(registration),
        },
        signal,
      }),
    ).run;
  return { id: info.run_id, files: info.artifact_uri };
}

/** The experiment that holds the files of what is registered, and where those are. */
async function makeExperiment(
  http: Http,
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly files: string }> {
  const experimentSchema = z.object({
    experiment: z.object({
      experiment_id: z.string(),
      artifact_location: textSchema,
      lifecycle_stage: textSchema,
    }),
  });
  const find = async (): Promise<Answer> =>
    http.ask({
      path: `${API}/experiments/get-by-name`,
      query: { experiment_name: EXPERIMENT },
      signal,
    });
  let found = await find();
  if (isMissing(found)) {
    const path = `${API}/experiments/create`;
    const made = await http.ask({ method: 'POST', path, body: { name: EXPERIMENT }, signal });
    // Another may have made it a moment ago.
    if (!made.ok && made.code !== 'RESOURCE_ALREADY_EXISTS') throw toRefusal(http.url, made);
    found = await find();
  }
  const { experiment } = experimentSchema.parse(unwrap(http, found));
  if (experiment.lifecycle_stage !== 'deleted')
    return { id: experiment.experiment_id, files: experiment.artifact_location };
  throw new CellarError(
    'registry_refused',
    `The experiment "${EXPERIMENT}" of ${http.url}, which holds the files of what is registered, is deleted there. Restore it, and try again.`,
  );
}

function toWireTags({ key, tags }: Registration): readonly object[] {
  return [...tags, { name: KEY_TAG, value: key }].map(({ name, value }) => ({
    key: name,
    value: value.slice(0, MOST_TAG),
  }));
}

/** The folder that has all of the files, so that a model in a folder of its own is found as one. */
function commonFolder({ files }: Registration): string {
  const folders = new Set(files.map(({ name }) => (name.includes('/') ? name.split('/')[0] : '')));
  const [only = ''] = folders;
  return folders.size === 1 && only !== '' ? `/${only}` : '';
}

function schemeOf(uri: string): string {
  return /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[0] ?? 'a folder of its own machine';
}
