import { describe, test } from 'vitest';

import { FaultyDisk, isSyncing } from './faulty-disk.js';
import { isChange, type Call } from './interpose.js';
import { Chance } from '../fuzz/mutate.js';
import { ACTS } from './acts.js';
import { makeSources, type ImportSource } from './import-source.js';
import { longActs, packAct } from './long-acts.js';
import { CUTS, SEED } from './options.js';
import { endBoot, restoreAfterCut, type Keeping } from './power-cut.js';
import { inFolder, proveSound } from './proof.js';
import { Recorder, type Recording } from './recording-disk.js';
import { openSession, type Fact } from './session.js';
import { expectQuick, type Start } from './starts.js';

const DEATHS = Math.ceil(CUTS / 3);

interface Acknowledged {
  readonly fact: Fact;
  /** How many changes had been made by then. */
  readonly at: number;
}

/** Two owners after each other do everything several times over, and the long work once each. */
async function recordWork(
  chance: Chance,
  sources: readonly ImportSource[],
): Promise<Recording & { readonly acknowledged: readonly Acknowledged[] }> {
  const acknowledged: Acknowledged[] = [];
  const acts = [...ACTS, ...ACTS, ...ACTS, ...longActs({ sources, git: false })];
  return inFolder(async (root) => {
    const recorder = new Recorder(root);
    let turn = 0;
    for (let owner = 0; owner < 2; owner += 1) {
      const session = await openSession(root, { disk: recorder.disk });
      for (const act of acts.sort(() => chance.next() - 0.5)) {
        const facts = acknowledged.map(({ fact }) => fact);
        const note = (fact: Fact): void =>
          void acknowledged.push({ fact, at: recorder.changes.length });
        turn += 1;
        await act.play({ session, turn, facts, note });
      }
      await session.close();
    }
    return { changes: recorder.changes, nodes: recorder.nodes, acknowledged };
  });
}

describe(`power that goes away (seed ${SEED})`, () => {
  test(`loses nothing acknowledged, at each acknowledgement and at ${CUTS} other moments`, async () => {
    const chance = new Chance(SEED);
    const recording = await inFolder((folder) => recordWork(chance, makeSources(folder, 2, 6)));
    const { acknowledged, changes } = recording;
    const cuts: { readonly at: number; readonly keeping: Keeping }[] = [];
    const each = Math.max(1, Math.floor((3 * acknowledged.length) / CUTS));
    for (const [index, { at }] of acknowledged.entries())
      if (index % each === 0) cuts.push({ at, keeping: 'least' });
    for (let cut = 0; cut < CUTS; cut += 1)
      cuts.push({
        at: chance.below(changes.length + 1),
        keeping: chance.pick(['least', 'ordered', 'any']),
      });
    const starts: Start[] = [];
    for (const { at, keeping } of cuts) {
      const facts = acknowledged.filter((each) => each.at <= at).map(({ fact }) => fact);
      const label = `seed ${SEED}, cut after change ${at} of ${changes.length}, keeping ${keeping}`;
      await inFolder(async (folder) => {
        await restoreAfterCut(recording, at, keeping, chance, folder);
        starts.push({ ms: await proveSound(folder, facts, { label }), at: label });
      });
    }
    console.log(
      `power: ${cuts.length} cuts in ${changes.length} changes, ${acknowledged.length} facts, seed ${SEED}`,
    );
    expectQuick('power', starts);
  });

  test.each([
    { where: 'anywhere', matches: isChange, first: 80, among: 600, times: DEATHS },
    // What it has moved there is seen by the next owner, although no sync has covered it.
    { where: 'at a sync of the days', matches: isSyncOfDays, first: 0, among: 2, times: DEATHS },
  ])(
    `after a kill $where, with the next owner at work, loses nothing acknowledged ($times times)`,
    async ({ matches, first, among, times }) => {
      const chance = new Chance(SEED);
      const acts = [...ACTS, packAct({ git: false })];
      for (let death = 0; death < times; death += 1)
        await inFolder(async (root) => {
          const recorder = new Recorder(root);
          const facts: Fact[] = [];
          const note = (fact: Fact): void => void facts.push(fact);
          const faulty = new FaultyDisk(
            { fault: { kind: 'die' }, matches, at: first + chance.below(among), lasting: true },
            recorder.disk,
          );
          const live = async (): Promise<void> => {
            const session = await openSession(root, { disk: faulty.disk });
            for (const [turn, act] of acts.entries())
              await act.play({ session, turn, facts, note });
          };
          await Promise.race([live(), faulty.death]);
          await endBoot(root);
          const session = await openSession(root, { disk: recorder.disk });
          for (const [turn, act] of ACTS.entries())
            if (act.name === 'take' || act.name === 'burst' || act.name === 'points')
              await act.play({ session, turn: 100 + turn, facts, note });
          const cut = recorder.changes.length;
          await session.close();
          await inFolder(async (folder) => {
            await restoreAfterCut(recorder, cut, 'least', chance, folder);
            await proveSound(folder, facts, {
              label: `seed ${SEED}, death ${death} at ${faulty.last}`,
            });
          });
        });
    },
  );
});

function isSyncOfDays(call: Call): boolean {
  return isSyncing(call) && call.path.endsWith('/refs/cellar/auto');
}
