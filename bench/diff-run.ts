import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { notebookDiffSchema } from '../contract/diff.js';
import { diffNotebooks } from '../server/notebook/diff.js';
import { parseNotebook } from '../server/notebook/read.js';
import { CELLAR, CHECKOUT } from './places.js';

const VENV = join(CHECKOUT, '.scratch', 'nbdime');
const BIN = join(VENV, process.platform === 'win32' ? 'Scripts' : 'bin');
const PYTHON = join(BIN, 'python');
const BIGGEST = 512 * 1024 * 1024;

/** Makes a venv with the peer unless it is there. */
export function installPeer(): void {
  if (existsSync(join(BIN, 'nbdiff'))) return;
  console.log('Installing nbdime 4.0.4 into .scratch/nbdime …');
  mkdirSync(join(CHECKOUT, '.scratch'), { recursive: true });
  rmSync(VENV, { recursive: true, force: true });
  execFileSync('python3', ['-m', 'venv', VENV]);
  execFileSync(PYTHON, ['-m', 'pip', 'install', '-q', 'nbdime==4.0.4', 'nbformat'], {
    stdio: 'inherit',
  });
}

/** One run of one side: reading and comparing alone, within its own process. */
export interface Inside {
  readonly seconds: number;
  readonly megabytes: number;
  readonly added: number;
  readonly deleted: number;
}

/** One run of the whole command; `cpu` in seconds. */
export interface Whole {
  readonly seconds: number;
  readonly cpu: number;
  readonly megabytes: number;
  readonly bytes: number;
}

function parseInside(out: string): Inside {
  return JSON.parse(out) as Inside;
}

export function runPeerInside(base: string, head: string): Inside {
  const script = join(CHECKOUT, 'bench', 'diff-peer.py');
  return parseInside(execFileSync(PYTHON, [script, base, head], { encoding: 'utf8' }));
}

export function runOursInside(base: string, head: string): Inside {
  const self = process.argv[1] ?? '';
  return parseInside(
    execFileSync(process.execPath, [self, '--inside', base, head], { encoding: 'utf8' }),
  );
}

/** Our side of `runOursInside`: prints what it measured. The bytes are read before the clock starts on neither side. */
export function compareInside(base: string, head: string): void {
  const start = performance.now();
  const [a, b] = [parseNotebook(readFileSync(base)), parseNotebook(readFileSync(head))];
  const { cells } = diffNotebooks(a, b);
  const seconds = (performance.now() - start) / 1000;
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ seconds, megabytes, added: cells.added, deleted: cells.deleted }));
}

// The system's own accounting of a child that has ended: time on the processor and its peak memory.
const MEASURE = `
import json, resource, subprocess, sys, time
start = time.perf_counter()
with open(sys.argv[1], "wb") as out:
    subprocess.run(sys.argv[2:], stdout=out, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"seconds": time.perf_counter() - start, "cpu": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024}))
`;

function runWhole(out: string, command: readonly string[]): Whole {
  const { stdout } = spawnSync(PYTHON, ['-c', MEASURE, out, ...command], {
    encoding: 'utf8',
    maxBuffer: BIGGEST,
  });
  const measured = JSON.parse(stdout) as Omit<Whole, 'bytes'>;
  return { ...measured, bytes: statSync(out).size };
}

export function runPeer(base: string, head: string, out: string): Whole {
  return runWhole(out, [join(BIN, 'nbdiff'), '--no-color', base, head]);
}

export function runOurs(base: string, head: string, out: string): Whole {
  return runWhole(out, [process.execPath, CELLAR, 'diff', base, head, '--format', 'json']);
}

/** What our command printed, as facts that a goal is about. */
export function readResult(out: string) {
  const {
    cells,
    changed_lines: lines,
    changes,
  } = notebookDiffSchema.parse(JSON.parse(readFileSync(out, 'utf8')));
  const parts = changes.flatMap(({ outputs }) => outputs.flatMap((output) => output.parts));
  const leaves = parts.reduce(
    (sum, part) => sum + (part.type === 'json' ? part.leaves.length : 0),
    0,
  );
  return { moved: cells.moved, added: cells.added, deleted: cells.deleted, lines, leaves };
}
