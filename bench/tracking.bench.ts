import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { print, quantile } from './figures.js';
import { CHECKOUT } from './places.js';
import { startTracking, type Tracking, type TrackingKind } from './tracking-servers.js';

const run = promisify(execFile);

/** What one part of tracking-client.py has measured: milliseconds of single calls, or rates. */
type Figures = Readonly<Record<string, number | readonly number[]>>;

interface Goal {
  readonly what: string;
  readonly part: string;
  readonly figure: string;
  readonly unit: string;
  /** The share below which the samples must be, 0 to 1; of a rate it says nothing. */
  readonly share?: number;
  readonly most?: number;
  readonly least?: number;
}

const GOALS: readonly Goal[] = [
  { what: 'log_metric by the client, p50', part: 'log', figure: 'log_metric', unit: 'ms', most: 4 },
  {
    ...{ what: 'log_metric by the client, p95', part: 'log', figure: 'log_metric', unit: 'ms' },
    ...{ share: 0.95, most: 8 },
  },
  { what: 'log_batch of 1,000, p50', part: 'log', figure: 'log_batch', unit: 'ms', most: 25 },
  { what: 'metrics a second, 1 client', part: 'rate', figure: 'one', unit: '/s', least: 20_000 },
  {
    ...{ what: 'metrics a second, 4 processes', part: 'rate', figure: 'four' },
    ...{ unit: '/s', least: 30_000 },
  },
  {
    ...{ what: 'history of 100,000 points by the client', part: 'history', figure: 'history' },
    ...{ unit: 'ms', most: 2_000 },
  },
  { what: 'one page of 25,000 points', part: 'history', figure: 'page', unit: 'ms', most: 150 },
  { what: 'down-sampled chart', part: 'history', figure: 'chart', unit: 'ms', most: 30 },
  {
    ...{ what: 'search of 10,000 runs, filter and order, 100', part: 'search', figure: 'search' },
    ...{ unit: 'ms', most: 50 },
  },
  { what: 'page of 1,000 runs', part: 'search', figure: 'runs', unit: 'ms', most: 250 },
  {
    ...{ what: 'the same by the client', part: 'search', figure: 'runs_client', unit: 'ms' },
  },
  { what: '500 MiB file up', part: 'files', figure: 'up', unit: 'MiB/s', least: 300 },
  { what: '500 MiB file down', part: 'files', figure: 'down', unit: 'MiB/s', least: 300 },
];

const ROUNDS = 3;
const KINDS: readonly TrackingKind[] = ['default', 'lean', 'cellar'];

/**
 * The same client drives a real `mlflow server`, as it starts by default and with one worker, and Cellar: in turns, so that all have the
 * same machine. `--alone` leaves the peers out, `--quick` takes few runs and a small file, names choose parts; ends with 1 where a
 * goal was missed.
 */
async function main(args: readonly string[]): Promise<void> {
  const quick = args.includes('--quick');
  const parts = [...new Set(GOALS.map(({ part }) => part))];
  const asked = args.filter((arg) => !arg.startsWith('--'));
  const unknown = asked.find((name) => !parts.includes(name));
  const python = join(CHECKOUT, '.venv', 'bin', 'python');
  if (unknown !== undefined || !existsSync(python)) {
    console.error(
      unknown === undefined
        ? 'The peer is not installed: run "npm test -- mlflow" once, which does.'
        : `There is no part "${unknown}"; there are: ${parts.join(', ')}.`,
    );
    process.exitCode = 2;
    return;
  }
  const kinds = args.includes('--alone') ? (['cellar'] as const) : KINDS;
  const servers: Tracking[] = [];
  try {
    for (const kind of kinds) servers.push(await startTracking(kind, python));
    for (const server of servers)
      print(
        `${server.kind}: cold start, memory`,
        `${(server.started / 1_000).toFixed(1)} s, ${server.memory().toFixed(0)} MB`,
        server.kind === 'cellar'
          ? { text: '< 1 s, < 200 MB', met: server.started < 1_000 && server.memory() < 200 }
          : undefined,
      );
    for (const part of parts.filter((each) => asked.length === 0 || asked.includes(each)))
      await measure(part, servers, { python, quick });
  } finally {
    for (const server of servers) await server.stop();
  }
}

interface How {
  readonly python: string;
  readonly quick: boolean;
}

async function measure(part: string, servers: readonly Tracking[], how: How): Promise<void> {
  const found = new Map<TrackingKind, Figures[]>();
  const before = new Map(servers.map((server) => [server.kind, server.memory()]));
  for (let round = 0; round < (how.quick ? 1 : ROUNDS); round += 1)
    for (const server of servers) {
      const list = found.get(server.kind) ?? [];
      found.set(server.kind, list);
      list.push(await ask(part, server, how));
    }
  for (const goal of GOALS.filter((each) => each.part === part))
    for (const { kind } of servers) {
      const value = toFigure(goal, found.get(kind) ?? []);
      const { most, least } = goal;
      const bound = most === undefined ? least : most;
      const text = `${most === undefined ? '≥' : '≤'} ${String(bound)} ${goal.unit}`;
      const met = most === undefined ? value >= (least ?? 0) : value <= most;
      print(
        `${goal.what} · ${kind}`,
        `${value.toFixed(value < 100 ? 1 : 0)} ${goal.unit}`,
        kind === 'cellar' && bound !== undefined ? { text, met } : undefined,
      );
      if (kind === 'cellar' && bound !== undefined && !met && !how.quick) process.exitCode = 1;
    }
  if (part !== 'files') return;
  for (const server of servers) {
    const grown = server.memory() - (before.get(server.kind) ?? 0);
    const goal = { text: '< 64 MiB', met: grown < 64 };
    print(
      `memory grown by the files · ${server.kind}`,
      `${grown.toFixed(0)} MiB`,
      server.kind === 'cellar' ? goal : undefined,
    );
  }
}

/** The median of rates, or of all samples the share that is asked for. */
function toFigure({ figure, share = 0.5 }: Goal, rounds: readonly Figures[]): number {
  const values = rounds.flatMap((round) => round[figure] ?? []);
  return quantile(values, share);
}

async function ask(part: string, server: Tracking, { python, quick }: How): Promise<Figures> {
  const words = [
    ...(quick ? ['--runs', '300', '--size', '20'] : []),
    ...(server.store === undefined ? [] : ['--store', server.store]),
  ];
  const script = join(CHECKOUT, 'bench', 'tracking-client.py');
  const { stdout } = await run(python, [script, server.url, part, ...words], {
    env: {
      ...process.env,
      ...(server.token === undefined ? {} : { MLFLOW_TRACKING_TOKEN: server.token }),
    },
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Figures;
}

await main(process.argv.slice(2));
