import { expireDay } from '../../server/history/expire.js';
import { newestOf } from '../../server/history/history.js';
import { setPin } from '../../server/history/pin.js';
import { sealPending } from '../../server/history/seal.js';
import type { SnapshotRow } from '../../server/store/catalog/rows.js';
import { logPoints } from '../../server/tracking/record-runs.js';
import { findEarlier, type Act, type Stage } from './stage.js';

const RUN = 'c'.repeat(32);
const POINTS = 40;

/** The acts that go through the journal, and those that look after a store. */
export const UPKEEP_ACTS: readonly Act[] = [
  {
    name: 'pin',
    play: async (stage) => {
      const target = findEarlier(stage);
      if (target === undefined) return;
      await setPin(stage.session.history, target.id, true);
      stage.note({ kind: 'pin', snapshot: target.id });
    },
  },
  {
    name: 'points',
    play: async (stage) => {
      const points = Array.from({ length: POINTS }, (_, index) => {
        const step = stage.turn * POINTS + index;
        return { name: 'loss', value: 1 / (step + 1), step, time: step };
      });
      await logPoints(stage.session.history, RUN, { points });
      const last = stage.facts.findLast((fact) => fact.kind === 'points');
      const before = last?.kind === 'points' ? last.total : 0;
      stage.note({ kind: 'points', run: RUN, total: before + POINTS });
    },
  },
  {
    name: 'seal',
    play: async (stage) => {
      await sealPending(stage.session.history);
    },
  },
  {
    name: 'expire',
    play: async (stage) => {
      const row = await findGoing(stage);
      if (row === undefined) return;
      stage.note({ kind: 'going', snapshot: row.id });
      await expireDay(stage.session.history, [row]);
      stage.note({ kind: 'gone', snapshot: row.id });
    },
  },
  {
    name: 'free',
    play: async (stage) => {
      const { store } = stage.session.history;
      await store.repository.collect({
        // Also what came just now: nothing that a ref leads to may go with it.
        before: Infinity,
        exclusively: (work) => store.exclusively(work),
        signal: new AbortController().signal,
      });
    },
  },
];

async function findGoing(stage: Stage): Promise<SnapshotRow | undefined> {
  const { store } = stage.session.history;
  const { catalog } = store;
  for (const id of listAutomatic(stage)) {
    const row = await catalog.findSnapshot(id);
    if (row?.line !== 'auto' || (await catalog.findPin(id)) !== undefined) continue;
    // The newest of a notebook never goes: see findThinnedIn.
    if ((await newestOf(store, row.notebook))?.id !== id) return row;
  }
  return undefined;
}

function listAutomatic(stage: Stage): readonly string[] {
  return stage.facts.flatMap((fact) => (fact.kind === 'snapshot' ? [fact.id] : []));
}
