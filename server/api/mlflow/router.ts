import { Router, type Express } from 'express';

import { CellarError } from '../../errors.js';
import type { ApiParts } from '../parts.js';
import type { RegistryParts } from '../registry-parts.js';
import { allow } from './allow.js';
import { artifactListOperations, createArtifactProxy } from './artifacts.js';
import { readBody } from './body.js';
import { experimentOperations } from './experiments.js';
import { createMlflowFailure } from './failure.js';
import { inputOperations } from './inputs.js';
import { loggingOperations } from './logging.js';
import { modelOperations } from './models.js';
import { versionOperations } from './model-versions.js';
import { createTraceNoter } from './note-trace.js';
import { registeredOperations } from './registered-models.js';
import { runOperations } from './runs.js';

/** The same calls: of clients, and of pages in a browser. */
const PREFIXES = ['/api/2.0/mlflow', '/ajax-api/2.0/mlflow'];
const PROXIES = ['/api/2.0/mlflow-artifacts', '/ajax-api/2.0/mlflow-artifacts'];
const SERVER_FACTS = ['/api/3.0/mlflow/server-info', '/ajax-api/3.0/mlflow/server-info'];
/** The version of MLflow whose API this is. */
const VERSION = '3.17.2';

/** Calls that name a run and are not about it: whoever registers a model has not made it. */
const ELSEWHERE = /^\/(registered-models|model-versions)\//;

/** Adds MLflow's REST API to an application: what an unchanged client of it asks for. */
export function addMlflow(app: Express, api: ApiParts, registering: RegistryParts): void {
  const { access, history, report } = api;
  const parts = { history, ...registering };
  const traces = createTraceNoter(api);
  const router = Router();
  for (const operation of [
    ...experimentOperations(parts),
    ...runOperations(parts),
    ...loggingOperations(parts),
    ...inputOperations(parts),
    ...modelOperations(parts),
    ...registeredOperations(parts),
    ...versionOperations(parts),
    ...artifactListOperations(parts),
  ])
    router[operation.method](
      operation.path,
      allow(access, operation.grants),
      ...readBody(operation.most),
      (request, response, next) => {
        operation
          .answer(request)
          .then(async (answer) => {
            if (operation.writes && !ELSEWHERE.test(operation.path))
              await traces.call(request, answer);
            response.json(answer);
          })
          .catch(next);
      },
    );
  router.use((request) => {
    throw new CellarError(
      'not_found',
      `MLflow's API has no ${request.method} ${request.path} here.`,
    );
  });
  for (const prefix of PREFIXES) app.use(prefix, router, createMlflowFailure(report));
  const proxy = createArtifactProxy({ ...parts, traces }, api);
  for (const prefix of PROXIES) app.use(prefix, proxy, createMlflowFailure(report));
  for (const path of SERVER_FACTS)
    app.get(path, (_request, response) => {
      response.json({
        store_type: 'FileStore',
        workspaces_enabled: false,
        // The client would then send all large files in parts unless it is told otherwise: each part once, with no time limit, and a
        // part that fails fails the file. In one piece it tries again, and never waits for ever; who wants parts asks for them.
        multipart_uploads_enabled: false,
        multipart_downloads_enabled: false,
      });
    });
  app.get('/health', (_request, response) => {
    response.type('text/plain').send('OK');
  });
  app.get('/version', (_request, response) => {
    response.type('text/plain').send(VERSION);
  });
}
