import { createHash } from 'node:crypto';

import { expect } from 'vitest';

import { burst, KERNEL, type Served } from './served.js';

/** Where MLflow's API is. */
export const MLFLOW = 'api/2.0/mlflow';
/** The kernel of cells that are said. */
export const K = 'kernel-1';

export const hash = (code: string): string => createHash('sha256').update(code).digest('hex');

/** What the wheel's plug-in says of a cell. */
function context(facts: Readonly<Record<string, string>>): Record<string, string> {
  const told = { kernel: K, session: 's1', certainty: 'sure', ...facts };
  return { 'x-cellar-context': new URLSearchParams(told).toString() };
}

export interface RunPage {
  readonly run: {
    readonly info: { readonly run_id: string };
  };
}

interface Detail {
  readonly snapshot: string | null;
  readonly notebook: string | null;
  readonly traces: readonly {
    readonly cell: string;
    readonly certainty: string;
    readonly because: string | null;
  }[];
}

/** Calls as a kernel's client makes them; `facts` undefined is a client without the wheel. */
export function clientOf({ ask, own }: Served) {
  const post = async (
    path: string,
    body: object,
    facts?: Readonly<Record<string, string>>,
  ): Promise<Record<string, unknown>> => {
    const headers = {
      authorization: `Bearer ${KERNEL}`,
      ...(facts === undefined ? {} : context(facts)),
    };
    const answer = await ask({ method: 'POST', path: `${MLFLOW}/${path}`, body, headers });
    expect(answer.status, answer.text).toBe(200);
    return answer.json();
  };
  return {
    post,
    start: async (facts?: Readonly<Record<string, string>>, more: object = {}) =>
      (
        (await post(
          'runs/create',
          { start_time: Date.now(), ...more },
          facts,
        )) as unknown as RunPage
      ).run.info.run_id,
    log: (run: string, facts?: Readonly<Record<string, string>>) =>
      post('runs/log-metric', { run_id: run, key: 'accuracy', value: 0.9, timestamp: 1 }, facts),
    end: (run: string, facts?: Readonly<Record<string, string>>) =>
      post('runs/update', { run_id: run, status: 'FINISHED', end_time: Date.now() }, facts),
    doubts: async (run: string) =>
      (await own('GET', `api/v1/runs/${run}`))
        .json<{ doubts: { message: string }[] }>()
        .doubts.map(({ message }) => message),
    detail: async (run: string) => (await own('GET', `api/v1/runs/${run}`)).json<Detail>(),
    keep: async (path: string, sources: readonly string[], ran: readonly Ran[], more = {}) => {
      const body = burst(path, sources, {
        ...{ kernel: { name: 'python3', id: K }, started: Date.now() - 5_000, sent: Date.now() },
        ...{ executions: ran.map(toExecution), trigger: 'burst', ...more },
      });
      const answer = await own('POST', 'api/v1/bursts', body);
      expect(answer.status, answer.text).toBe(200);
      return answer.json<{ snapshot: Snapshot }>().snapshot;
    },
  };
}

export interface Snapshot {
  readonly id: string;
  readonly line: string;
  readonly runs: readonly { readonly id: string; readonly metrics: object }[];
}

interface Ran {
  readonly at: number;
  readonly count: number;
  readonly started?: number;
  readonly finished?: number;
}

const toExecution = ({ at, count, ...times }: Ran) => ({
  ...{ cell: `c${at}`, index: at, count, status: 'ok', ...times },
});
