import { writeSync } from 'node:fs';

import { Chance } from '../fuzz/mutate.js';
import { ACTS } from './acts.js';
import { interpose, isChange, type Call } from './interpose.js';
import type { ImportSource } from './import-source.js';
import { longActs } from './long-acts.js';
import { timeOwn } from './own-time.js';
import { openSession, type Fact } from './session.js';
import type { Act } from './stage.js';
import { nodeDisk } from '../../server/store/disk/disk.js';

/** What the parent is told, a JSON value a line, written before anything else happens. */
export type Told =
  /** The store is open, which took so long by itself. */
  | { readonly kind: 'ready'; readonly ms: number }
  | { readonly kind: 'fact'; readonly fact: Fact }
  /** About to make a call of this kind for the first time. */
  | { readonly kind: 'step'; readonly step: string }
  | { readonly kind: 'done' };

/** What the child shall do, as JSON in its first argument. */
export interface Errand {
  readonly root: string;
  /** To be imported. */
  readonly sources: readonly ImportSource[];
  /** Of its first act; later ones count on. */
  readonly turn: number;
  /** How many acts; each once in order, or, with a seed, at random. */
  readonly acts: number;
  readonly seed?: number;
  /** The process kills itself when it comes to this step for the first time. */
  readonly end?: string;
}

const tell = (told: Told): void => {
  writeSync(1, `${JSON.stringify(told)}\n`);
};

/** A call by what it does and to which part of the store, with what differs from run to run left out. */
function toStep(call: Call, root: string): string {
  const from = call.kind === 'symlink' || call.kind === 'rename' ? String(call.args[1]) : call.path;
  const place = from
    .replace(root, '')
    .replace(/tmp_obj_[0-9a-f]+/g, 'temporary')
    .replace(/[0-9a-f]{2}\/[0-9a-f]{38}/g, 'object')
    .replace(/[0-9a-hjkmnp-tv-z]{26}|[0-9a-f]{10,}/g, 'id')
    .replace(/\/[0-9a-f]{2}(?=\/|$)/g, '/xx')
    .replace(/\d+/g, 'n');
  return `${call.kind} ${place}`;
}

/** What it does: at random without a reindex, which takes longer than the others take together. */
function actsOf({ sources, seed }: Pick<Errand, 'sources' | 'seed'>): readonly Act[] {
  const short = ACTS.filter(({ name }) => seed === undefined || name !== 'reindex');
  return [...short, ...longActs({ sources, git: true })];
}

async function run(errand: Errand): Promise<void> {
  const steps = new Set<string>();
  const disk = interpose(nodeDisk, (call, make) => {
    if (!isChange(call)) return make();
    const step = toStep(call, errand.root);
    if (!steps.has(step)) {
      steps.add(step);
      if (step === errand.end) process.kill(process.pid, 'SIGKILL');
      if (errand.seed === undefined) tell({ kind: 'step', step });
    }
    return make();
  });
  const { result: session, ms } = await timeOwn(() => openSession(errand.root, { disk }));
  tell({ kind: 'ready', ms });
  const acts = actsOf(errand);
  const chance = new Chance(errand.seed ?? 0);
  const facts: Fact[] = [];
  const note = (fact: Fact): void => {
    facts.push(fact);
    tell({ kind: 'fact', fact });
  };
  for (let count = 0; count < errand.acts; count += 1) {
    const act = errand.seed === undefined ? acts[count % acts.length] : chance.pick(acts);
    await act?.play({ session, turn: errand.turn + count, facts, note });
  }
  await session.close();
  tell({ kind: 'done' });
}

await run(JSON.parse(process.argv[2] ?? '') as Errand);
