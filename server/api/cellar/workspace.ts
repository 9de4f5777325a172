import { basename } from 'node:path';

import * as z from 'zod';

import { pathSchema } from '../../../contract/capture.js';
import {
  captureStateSchema,
  pausedSchema,
  pauseSchema,
  settingsSchema,
  workspaceSchema,
  type NoisePattern,
  type Space,
  type Workspace,
} from '../../../contract/workspace.js';
import { readCaptureState, setPause } from '../../capture/state.js';
import type { CellarError } from '../../errors.js';
import { toOwnRules } from '../../notebook/secrets/rules.js';
import { createSpaceMeter } from '../../store/disk/space.js';
import { jsonOperation, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

const WARN_SHARE = 0.8;

/** The workspace as a whole: what it takes, what is paused, what is set. */
export function workspaceOperations(parts: ApiParts): readonly Operation[] {
  const { operating } = parts;
  const { store } = parts.history;
  const measure = createSpaceMeter(store);

  const readSpace = async (): Promise<Space> => {
    const used = await measure();
    const limit = (await operating.readSettings()).spaceLimit;
    const warn = limit > 0 && used.history + used.artifacts >= WARN_SHARE * limit;
    return { ...used, limit, warn };
  };

  return [
    jsonOperation({
      method: 'get',
      route: 'workspace',
      summary: 'What is kept here, how much room it takes, what is paused',
      grants: ['viewer'],
      answer: workspaceSchema,
      run: async ({ request }) => {
        const owner = parts.access.identify({
          method: 'GET',
          headers: request.headers,
          bySocket: request.socket.remoteAddress === undefined,
        }).grant;
        return {
          name: basename(store.places.root),
          root: owner === 'owner' ? store.places.root : null,
          version: parts.version,
          snapshots: await store.catalog.snapshotCount(),
          notebooks: await store.catalog.notebookCount(),
          space: await readSpace(),
          paused: await operating.readPaused(),
          readOnly: store.readOnly,
          obstacle: toObstacle(store.obstacle),
          link: parts.link() ?? null,
        };
      },
    }),
    jsonOperation({
      method: 'patch',
      route: 'settings',
      summary: 'What the person sets: limit of space, artifact globs, noise',
      grants: [],
      body: settingsSchema,
      answer: settingsSchema,
      run: async ({ body }) => {
        await checkPatterns(body.noisePatterns ?? []);
        toOwnRules(body.secrets?.patterns ?? []);
        // In turn with everything else that is written: another change must not be undone by this one, nor this one by a purge.
        const after = await store.exclusively(async () => {
          const before = await operating.readSettings();
          // What is not named stays as it is.
          const { spaceLimit = before.spaceLimit, secrets = {}, ...rest } = body;
          const settings = {
            ...{ ...before, ...rest, spaceLimit },
            secrets: { ...before.secrets, ...secrets },
          };
          await operating.writeSettings(settings);
          return settings;
        });
        parts.events.emit({ kind: 'workspace' });
        return after;
      },
    }),
    jsonOperation({
      method: 'post',
      route: 'pause',
      summary: 'Pause or resume capture for a notebook, a folder, or the workspace ("")',
      grants: [],
      body: pauseSchema,
      answer: pausedSchema,
      run: async ({ body }) => {
        const paused = await store.exclusively(() => setPause(operating, body));
        parts.events.emit({ kind: 'workspace' });
        return paused;
      },
    }),
    jsonOperation({
      method: 'get',
      route: 'captureState',
      summary: 'Whether a notebook is captured, and if not, why',
      grants: ['viewer'],
      query: z.object({ path: pathSchema }),
      answer: captureStateSchema,
      run: ({ query }) => readCaptureState(store.files, operating, query.path),
    }),
  ];
}

function toObstacle(reason: CellarError | undefined): Workspace['obstacle'] {
  switch (reason?.code) {
    case undefined:
      return null;
    case 'store_damaged':
      return 'damaged';
    case 'disk_full':
      return 'disk_full';
    default:
      return 'read_only';
  }
}

/** Whoever sets a pattern that cannot be used is told then, not whoever compares next. The matcher takes a while to load. */
async function checkPatterns(patterns: readonly NoisePattern[]): Promise<void> {
  if (patterns.length === 0) return;
  const { compilePatterns } = await import('../../notebook/patterns.js');
  compilePatterns(patterns);
}
