import { quantile } from './figures.js';
import { idOf, notebookOf, rerunOf } from './fill.js';
import type { Row } from './part.js';
import type { Server } from './server.js';

const NOTEBOOKS = 200;
const BYTES = 247_000;
const CLIENTS = 3;
const MOST_MEMORY = 400;
/** How much the last third may lie above the middle one, in MB: a leak of one request in a hundred would be more. */
const MOST_GROWTH = 40;

/** Requests of every kind by a few clients at once, and the server's memory meanwhile. */
export async function mixRequests(
  server: Server,
  { minutes, snapshots }: { readonly minutes: number; readonly snapshots: number },
): Promise<readonly Row[]> {
  const start = performance.now();
  const end = start + minutes * 60_000;
  const memory: number[] = [];
  const watch = setInterval(() => memory.push(server.memory()), 200);
  let requests = 0;
  const any = (): string => idOf(1 + Math.floor((snapshots - 1) * Math.random()));
  const notebook = (): string => idOf(1_000_000_000 + Math.floor(NOTEBOOKS * Math.random()));
  const get = async (path: string): Promise<void> => {
    const response = await server.get(path);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
  };
  const keep = async (client: number, content: string): Promise<void> => {
    const key = `mixed-${client}-${requests}-${Math.random().toString(36).slice(2)}`.slice(0, 60);
    const path = `notebook-${1 + Math.floor((NOTEBOOKS - 1) * Math.random())}.ipynb`;
    const response = await server.post('api/v1/bursts', { key, path, trigger: 'save', content });
    if (!response.ok) throw new Error(`not kept: ${await response.text()}`);
    await response.arrayBuffer();
  };
  const acts: readonly ((client: number) => Promise<void>)[] = [
    () => get(`api/v1/snapshots/${any()}/notebook`),
    () => get(`api/v1/snapshots/${any()}`),
    () => get(`api/v1/notebooks/${notebook()}/history?limit=100`),
    () => get('api/v1/notebooks'),
    () => {
      // Two versions of one notebook, next to each other.
      const newer = NOTEBOOKS + 1 + Math.floor((snapshots - NOTEBOOKS - 1) * Math.random());
      return get(`api/v1/diff?base=${idOf(newer - NOTEBOOKS)}&head=${idOf(newer)}`);
    },
    (client) => keep(client, rerunOf(client, requests, BYTES)),
    (client) => keep(client, notebookOf(requests, 1_000_000)),
  ];
  const client = async (which: number): Promise<void> => {
    for (let at = which; performance.now() < end; at += 1) {
      await acts[at % acts.length]?.(which);
      requests += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, which) => client(which)));
  clearInterval(watch);
  const third = Math.floor(memory.length / 3);
  const most = Math.max(...memory);
  const [middle, last] = [memory.slice(third, 2 * third), memory.slice(2 * third)].map((each) =>
    quantile(each, 0.5),
  );
  const growth = (last ?? NaN) - (middle ?? NaN);
  return [
    {
      what: `memory of the server at most, ${minutes} minutes, ${requests} requests`,
      figure: `${most.toFixed(0)} MB`,
      goal: { text: `< ${MOST_MEMORY} MB`, met: most < MOST_MEMORY },
    },
    {
      what: 'median of the last third against that of the middle one',
      figure: `${growth >= 0 ? '+' : ''}${growth.toFixed(0)} MB (${(last ?? NaN).toFixed(0)} MB)`,
      goal: { text: `flat (< +${MOST_GROWTH} MB)`, met: growth < MOST_GROWTH },
    },
  ];
}
