/** Every write that a cookie or Jupyter's proxy authenticates must carry this header, with any value. */
export const CLIENT_HEADER = 'x-cellar-client';

/** On answers of a server whose store is damaged: what it is and what to do, percent-encoded. */
export const DAMAGE_HEADER = 'cellar-damage';

/** Jupyter's proxy proves itself to the server by this header. */
export const PROXY_HEADER = 'x-cellar-proxy';

/** The paths of the server, relative to where it is mounted (no leading slash: clients build no absolute paths). */
export const ROUTES = {
  health: 'healthz',
  login: 'login',
  events: 'events',
  openapi: 'api/v1/openapi.json',
  /** The published JSON Schema of a result by its name, e.g. notebook-diff.json. */
  schema: 'api/v1/schema/:name',
  workspace: 'api/v1/workspace',
  settings: 'api/v1/settings',
  /** POST: a text without what was purged from the store. */
  redactions: 'api/v1/redactions',
  /** What is done about keys and tokens. */
  secrets: 'api/v1/secrets',
  /** POST: what was found is no secret; DELETE ?fingerprint= takes that back. */
  allowedSecrets: 'api/v1/secrets/allowed',
  pause: 'api/v1/pause',
  captureState: 'api/v1/capture-state',
  notebooks: 'api/v1/notebooks',
  /** ?path= : the notebook that has, or else last had, this path. */
  notebookByPath: 'api/v1/notebooks/by-path',
  notebook: 'api/v1/notebooks/:id',
  history: 'api/v1/notebooks/:id/history',
  rename: 'api/v1/notebooks/rename',
  copy: 'api/v1/notebooks/copy',
  snapshots: 'api/v1/snapshots',
  snapshot: 'api/v1/snapshots/:id',
  /** The notebook's bytes as stored. */
  snapshotNotebook: 'api/v1/snapshots/:id/notebook',
  restore: 'api/v1/snapshots/:id/restore',
  /** PUT keeps a snapshot for ever; DELETE takes the pin off. */
  pin: 'api/v1/snapshots/:id/pin',
  bursts: 'api/v1/bursts',
  /** GET ?base=&head= for two snapshots; POST when head is what the editor holds. */
  diff: 'api/v1/diff',
  /** A value of a diff by its hash, ?base=&head= as in the diff it came from. */
  diffValue: 'api/v1/diff/values/:hash',
  /** POST: any two sides, of files, revisions of git and snapshots. */
  compare: 'api/v1/compare',
  /** Of a comparison by its key: a value by its hash, and the bytes of its base or head. */
  compareValue: 'api/v1/compare/:key/values/:hash',
  compareSide: 'api/v1/compare/:key/:side',
  /** ?path= : the commits of the surrounding git repository that touched a notebook. */
  revisions: 'api/v1/revisions',
  /** GET ?path= : the merge that a notebook waits for; POST resolves it. */
  merge: 'api/v1/merge',
  /** A value of a merge by its hash, ?path= as in the merge. */
  mergeValue: 'api/v1/merge/values/:hash',
  /** DELETE: the person leaves the merge tool without a result. */
  mergeTool: 'api/v1/merge/tool',
  /** PUT streams a new one in, GET (with ranges) streams one out. */
  artifacts: 'api/v1/artifacts',
  artifact: 'api/v1/artifacts/:sha256',
  /** DELETE ?path=&file= : ends the intake of a file of the notebook at a path. */
  intakes: 'api/v1/intakes',
  /** ?filter= and ?order= as MLflow has them, and more. */
  runs: 'api/v1/runs',
  run: 'api/v1/runs/:id',
  /** ?kernel=, ?notebook= and ?runs= : the runs that go on, with their latest values. */
  live: 'api/v1/live',
  /** POST: values of its metrics, one or very many. */
  runPoints: 'api/v1/runs/:id/points',
  /** The course of one metric; ?from= and ?to= are steps, ?buckets= how finely it is drawn. */
  runMetric: 'api/v1/runs/:id/metrics/:name',
  /** Data that runs have read, as they were described. */
  datasets: 'api/v1/datasets',
  dataset: 'api/v1/datasets/:id',
  datasetComparison: 'api/v1/datasets/:base/compare/:head',
  /** POST: what a kernel runs on. */
  environments: 'api/v1/environments',
  environment: 'api/v1/environments/:id',
  /** ?node=KIND:ID : what it came from, and what came of it. */
  lineage: 'api/v1/lineage',
  /** The same as events of OpenLineage. */
  lineageEvents: 'api/v1/lineage/openlineage',
  /** GET ?filter=&order= : registered models; POST registers a file of a run, or a logged model. */
  models: 'api/v1/models',
  /** What is registered, by the runs and files that it is of. */
  registrations: 'api/v1/registrations',
  model: 'api/v1/models/:name',
  /** ?version= : what befell it, oldest first. */
  modelTrail: 'api/v1/models/:name/trail',
  /** ?base=&head= : two versions of it. */
  modelComparison: 'api/v1/models/:name/compare',
  modelAlias: 'api/v1/models/:name/aliases/:alias',
  /** PUT {name, value}; DELETE ?name=. */
  modelTags: 'api/v1/models/:name/tags',
  /** `version` is a number, or an alias behind "@". */
  modelVersion: 'api/v1/models/:name/versions/:version',
  modelVersionTags: 'api/v1/models/:name/versions/:version/tags',
  /** PUT: whoever asks approves it; DELETE takes that back. */
  approval: 'api/v1/models/:name/versions/:version/approval',
  loginLinks: 'api/v1/login-links',
  /** Builds the catalog anew from git. */
  reindex: 'api/v1/reindex',
  verify: 'api/v1/verify',
  /** Copies the whole store into a folder of the server's machine. */
  backup: 'api/v1/backup',
  /** POST: removes texts from all history. */
  purge: 'api/v1/purge',
  /** Frees what nothing needs any more. */
  gc: 'api/v1/gc',
  /** Brings in the notebook history of a git repository. */
  imports: 'api/v1/imports',
  importOffer: 'api/v1/imports/offer',
  /** Brings in what a running MLflow server has. */
  mlflowImports: 'api/v1/imports/mlflow',
  /** Registries elsewhere. */
  externals: 'api/v1/external',
  /** PUT sets one up, or changes it; DELETE forgets it, and keeps its links. */
  external: 'api/v1/external/:name',
  /** ?search= and ?page= : what it has. */
  externalEntries: 'api/v1/external/:name/entries',
  /** ?entry= : the versions of something that it has. */
  externalVersions: 'api/v1/external/:name/versions',
  /** POST: asks it now what has changed, and registers what waits. */
  externalFollow: 'api/v1/external/:name/follow',
  /** POST: what the registry itself tells of, signed by it. */
  externalWebhook: 'api/v1/external/:name/webhook',
  /** Links between what is here and registries elsewhere. */
  links: 'api/v1/links',
  /** DELETE takes it away; PUT puts it back. */
  link: 'api/v1/links/:id',
  /** GET: a version, a notebook's history, or everything, as a zip file; and what is in it. */
  exports: 'api/v1/exports',
  exportPlan: 'api/v1/exports/plan',
  /** Prometheus text. */
  metrics: 'metrics',
} as const;

export type RouteName = keyof typeof ROUTES;

/** Fills the `:name` places of a route, percent-encoded; throws a RangeError when one is not given. */
export function pathTo(route: RouteName, values: Readonly<Record<string, string>> = {}): string {
  return ROUTES[route].replace(/:([a-z0-9]+)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`route ${route} needs ${name}`);
    return encodeURIComponent(value);
  });
}
