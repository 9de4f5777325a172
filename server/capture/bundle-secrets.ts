import type { Bundle } from '../../contract/bundle.js';
import type { SecretIntake } from '../history/secrets.js';
import type { ShownBundle } from './runs.js';

/**
 * Bundles as they are kept: no secret stands in a param or a tag, in the name of a run, or in the name of a metric, param or tag. What
 * is said of data is cleaned where it is kept.
 */
export function withoutSecrets(
  secrets: SecretIntake,
  bundles: readonly ShownBundle[],
): Promise<readonly ShownBundle[]> {
  return Promise.all(
    bundles.map(async ({ cell, bundle }) => ({ cell, bundle: await cleanBundle(secrets, bundle) })),
  );
}

async function cleanBundle(secrets: SecretIntake, bundle: Bundle): Promise<Bundle> {
  const { params, tags, metrics, run, datasets } = bundle;
  const [runName] = await secrets.cleanTexts(run?.name === undefined ? [] : [run.name]);
  return {
    ...bundle,
    ...(params === undefined ? {} : { params: await cleanParams(secrets, params) }),
    ...(tags === undefined ? {} : { tags: await cleanParams(secrets, tags) }),
    ...(datasets === undefined ? {} : { datasets: await cleanContexts(secrets, datasets) }),
    ...(metrics === undefined ? {} : { metrics: await cleanNames(secrets, metrics) }),
    ...(run === undefined || runName === undefined ? {} : { run: { ...run, name: runName } }),
  };
}

type Datasets = NonNullable<Bundle['datasets']>;

/** What data were to a run stands with the run. */
async function cleanContexts(secrets: SecretIntake, datasets: Datasets): Promise<Datasets> {
  const contexts = await secrets.cleanTexts(datasets.map(({ context = '' }) => context));
  return datasets.map(({ context, ...dataset }, at) =>
    context === undefined ? dataset : { ...dataset, context: contexts[at] ?? '' },
  );
}

type Params = NonNullable<Bundle['params']>;

async function cleanParams(secrets: SecretIntake, params: Params): Promise<Params> {
  const entries = Object.entries(params);
  // Numbers and booleans are no keys.
  const values = await secrets.cleanValues(
    entries.map(([name, value]) => [name, typeof value === 'string' ? value : '']),
  );
  const clean = entries.map(([name, value], index): [string, Params[string]] => [
    name,
    typeof value === 'string' ? (values[index] ?? '') : value,
  ]);
  return cleanNames(secrets, fromEntries(clean));
}

async function cleanNames<Value>(
  secrets: SecretIntake,
  record: Readonly<Record<string, Value>>,
): Promise<Record<string, Value>> {
  const names = await secrets.cleanTexts(Object.keys(record));
  return fromEntries(
    Object.values(record).map((value, index): [string, Value] => [names[index] ?? '', value]),
  );
}

/** Without a prototype, so that every name is an ordinary one. */
function fromEntries<Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value> {
  return Object.assign(Object.create(null) as Record<string, Value>, Object.fromEntries(entries));
}
