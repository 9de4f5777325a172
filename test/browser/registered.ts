import { expect, type APIRequestContext } from '@playwright/test';

import type { Served } from './site.js';

interface Kept {
  readonly snapshot: { readonly id: string; readonly runs: readonly { readonly id: string }[] };
}

/** Runs of wine.ipynb, each with metrics, a param and a model's file, as a burst of the extension brings them; gives the runs. */
export async function makeRuns(
  request: APIRequestContext,
  { url, token }: Served,
): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${token}` };
  const runs: string[] = [];
  for (const [trees, accuracy] of [
    [1, 0.8333],
    [6, 0.9444],
    [60, 0.9722],
  ] as const) {
    const stored = await request.put(
      `${url}/api/v1/artifacts?name=wine.joblib&notebook=wine.ipynb`,
      { headers, data: Buffer.alloc(900 * trees, trees) },
    );
    const file = { name: 'wine.joblib', stored: true, ...((await stored.json()) as object) };
    const bundle = {
      metrics: { accuracy, log_loss: 1 - accuracy },
      params: { trees, criterion: 'gini' },
      artifacts: [file],
    };
    const source = `trees = ${String(trees)}`;
    const cells = [{ cell_type: 'code', id: 'c0', metadata: {}, outputs: [], source }];
    const content = JSON.stringify({
      ...{ cells: [{ ...cells[0], execution_count: 1 }], metadata: {}, nbformat: 4 },
      nbformat_minor: 5,
    });
    const kept = await request.post(`${url}/api/v1/bursts`, {
      headers,
      data: {
        ...{ key: `burst-of-${String(trees)}`, path: 'wine.ipynb', trigger: 'run-all', content },
        ...{ clean: true, bundles: [{ cell: 'c0', bundle }] },
        executions: [{ cell: 'c0', index: 0, count: 1, status: 'ok' }],
      },
    });
    expect(kept.status(), await kept.text()).toBe(200);
    runs.push(((await kept.json()) as Kept).snapshot.runs[0]?.id ?? '');
  }
  return runs;
}

/** The same runs, registered as three versions of "wine", of which the second is its champion. */
export async function registerRuns(request: APIRequestContext, served: Served): Promise<void> {
  const { url, token } = served;
  const headers = { authorization: `Bearer ${token}` };
  for (const [at, run] of (await makeRuns(request, served)).entries()) {
    const of = { kind: 'artifact', run, path: 'wine.joblib' };
    const data = { name: 'wine', of, ...(at === 1 ? { alias: 'champion' } : {}) };
    expect((await request.post(`${url}/api/v1/models`, { headers, data })).status()).toBe(200);
  }
}

/** Lets a browser in as the owner of the store. */
export async function loginAsOwner(request: APIRequestContext, served: Served): Promise<void> {
  const answer = await request.post(`${served.url}/login`, { data: { token: served.token } });
  expect(answer.status()).toBe(200);
}
