import express, { type Express, type RequestHandler } from 'express';

import type { CellarEvent } from '../contract/events.js';
import { FRAME_SCRIPT_HASH } from '../contract/frame.js';
import { MAX_NOTEBOOK_BYTES } from '../contract/limits.js';
import { DAMAGE_HEADER, ROUTES } from '../contract/routes.js';
import { artifactOperations } from './api/cellar/artifacts.js';
import { backupOperations } from './api/cellar/backup.js';
import { compareOperations } from './api/cellar/compare.js';
import { datasetOperations } from './api/cellar/datasets.js';
import { diffOperations } from './api/cellar/diff.js';
import { addExternalWebhook, externalOperations } from './api/cellar/external.js';
import { environmentOperations } from './api/cellar/environments.js';
import { exportOperations } from './api/cellar/exports.js';
import { importOperations } from './api/cellar/imports.js';
import { gcOperations } from './api/cellar/gc.js';
import { loginByLink, loginByToken, loginOperations, type LoginParts } from './api/cellar/login.js';
import { lineageOperations } from './api/cellar/lineage.js';
import { mergeOperations } from './api/cellar/merge.js';
import { mergeToolOperations, type MergeToolParts } from './api/cellar/merge-tool.js';
import { createWorkspacePlace } from './api/cellar/merge-place.js';
import { modelOperations } from './api/cellar/models.js';
import { notebookOperations } from './api/cellar/notebooks.js';
import { redactionOperations } from './api/cellar/redactions.js';
import { pointsOperations } from './api/cellar/points.js';
import { purgeOperations } from './api/cellar/purge.js';
import { pinOperations } from './api/cellar/pins.js';
import { runOperations } from './api/cellar/runs.js';
import { snapshotOperations } from './api/cellar/snapshots.js';
import { upkeepOperations } from './api/cellar/upkeep.js';
import { workspaceOperations } from './api/cellar/workspace.js';
import { addMlflow } from './api/mlflow/router.js';
import { readJson } from './api/body.js';
import { streamEvents } from './api/events.js';
import { createFailureHandler } from './api/failure.js';
import { health, metrics } from './api/health.js';
import { toOpenApi } from './api/openapi.js';
import { sendSchema } from './api/schemas.js';
import { guard, type Operation } from './api/operation.js';
import type { ApiParts } from './api/parts.js';
import { createRegistryParts } from './api/registry-parts.js';
import { tellRuns } from './api/tell-runs.js';
import { CellarError } from './errors.js';
import { readGeneration } from './history/generation.js';
import { createComparer } from './tracking/compare.js';
import { keepWarm } from './work/warm.js';

/** Routes whose body may carry a notebook. */
const LARGE: ReadonlySet<string> = new Set([
  ...['bursts', 'compare', 'diff', 'environments', 'merge', 'redactions', 'restore'],
]);

/** Builds the application of one workspace; opens and listens to nothing. */
export function createApp(parts: ApiParts): Express {
  const app = createEmptyApp();
  app.get(`/${ROUTES.health}`, health(parts));
  addLogin(app, parts);

  const registering = createRegistryParts(parts);
  const comparer = createComparer({ store: parts.history.store, pool: parts.pool });
  const operations: readonly Operation[] = [
    ...snapshotOperations(parts),
    ...notebookOperations(parts),
    ...diffOperations(parts, comparer),
    ...compareOperations(parts, comparer),
    ...mergeOperations(parts.pool, createWorkspacePlace(parts), parts.history.store.memory),
    ...runOperations(parts),
    ...pointsOperations(parts),
    ...datasetOperations(parts),
    ...environmentOperations(parts),
    ...lineageOperations(parts),
    ...artifactOperations(parts),
    ...workspaceOperations(parts),
    ...redactionOperations(parts),
    ...upkeepOperations(parts),
    ...backupOperations(parts),
    ...pinOperations(parts),
    ...modelOperations(parts, registering),
    ...gcOperations(parts),
    ...purgeOperations(parts),
    ...importOperations(parts),
    ...exportOperations(parts),
    ...externalOperations(parts),
    ...loginOperations(parts),
    ...plainOperations(parts),
  ];
  addOperations(app, parts, operations, tellDamage(parts));
  addMlflow(app, parts, registering);
  tellRuns(parts);
  addExternalWebhook(app, parts);
  // Made when it is asked for: most servers never are, and it takes a tenth of a start.
  app.get(`/${ROUTES.openapi}`, (_request, response) => {
    response.json(toOpenApi(operations, parts.version));
  });
  app.get(`/${ROUTES.schema}`, sendSchema);

  addPage(app, parts);
  return app;
}

/** The merge tool's server: the page, one merge, and nothing of any workspace. */
export function createMergeToolApp(
  parts: MergeToolParts & Pick<ApiParts, 'access' | 'pageFolder' | 'report'>,
): Express {
  const app = createEmptyApp();
  addLogin(app, parts);
  addOperations(app, parts, mergeToolOperations(parts));
  addPage(app, parts);
  return app;
}

/** The login alone: a server that passes the rest on to the store's owner opens sessions of its own. */
export function createLoginApp(parts: LoginParts & Pick<ApiParts, 'report'>): Express {
  const app = createEmptyApp();
  addLogin(app, parts);
  app.use(createFailureHandler(parts.report));
  return app;
}

function addOperations(
  app: Express,
  parts: Pick<ApiParts, 'access'>,
  operations: readonly Operation[],
  ...first: readonly RequestHandler[]
): void {
  for (const operation of operations) {
    const read = LARGE.has(operation.route) ? readJson(MAX_NOTEBOOK_BYTES * 1.5) : readJson();
    const body = operation.body === undefined ? [] : read;
    app[operation.method](
      `/${ROUTES[operation.route]}`,
      guard(parts.access, operation),
      ...first,
      ...body,
      operation.handler,
    );
  }
}

/** Whoever is answered out of a damaged store learns that it is, and what to do. */
function tellDamage({ history: { store } }: ApiParts): RequestHandler {
  return (_request, response, next) => {
    const { damage } = store;
    if (damage !== undefined) response.setHeader(DAMAGE_HEADER, encodeURIComponent(damage.message));
    next();
  };
}

function addPage(app: Express, parts: Pick<ApiParts, 'pageFolder' | 'report'>): void {
  app.use(express.static(parts.pageFolder, { index: 'index.html', setHeaders: pageHeaders }));
  app.use((request) => {
    throw new CellarError('not_found', `There is nothing at ${request.path}.`);
  });
  app.use(createFailureHandler(parts.report));
}

function createEmptyApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(securityHeaders);
  return app;
}

function addLogin(app: Express, parts: LoginParts): void {
  app.get(`/${ROUTES.login}`, loginByLink(parts));
  app.post(`/${ROUTES.login}`, ...readJson(4096), loginByToken(parts));
}

function plainOperations(parts: ApiParts): readonly Operation[] {
  return [
    {
      method: 'get',
      route: 'events',
      summary: 'What is new, as server-sent events',
      grants: ['viewer'],
      handler: streamEvents(parts.events, keepWarm(parts.pool), () => tellGeneration(parts)),
    },
    {
      method: 'get',
      route: 'metrics',
      summary: 'Figures for Prometheus',
      grants: ['viewer'],
      handler: metrics(parts),
    },
  ];
}

/** Nothing is said of a store whose generation cannot be read. */
function tellGeneration({ history, report }: ApiParts): Promise<CellarEvent | undefined> {
  return readGeneration(history.store)
    .then((generation) => ({ kind: 'generation' as const, generation }))
    .catch((error: unknown) => {
      report(error);
      return undefined;
    });
}

const securityHeaders: RequestHandler = (_request, response, next) => {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  next();
};

function pageHeaders(
  response: Parameters<NonNullable<Parameters<typeof express.static>[1]>['setHeaders'] & {}>[0],
): void {
  response.setHeader('Cache-Control', 'no-cache');
  response.setHeader(
    'Content-Security-Policy',
    // An output's frame inherits this policy, so its one script is named here.
    `default-src 'none'; script-src 'self' '${FRAME_SCRIPT_HASH}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self' data: blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  );
}
