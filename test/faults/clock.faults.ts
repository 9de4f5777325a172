import { describe, expect, test } from 'vitest';

import { restoreSnapshot } from '../../server/history/restore.js';
import { readNotebook } from '../../server/history/history.js';
import { Chance } from '../fuzz/mutate.js';
import { keep } from '../server/history/kept.js';
import { notebookText, writeInto } from '../server/scratch.js';
import { ACTS } from './acts.js';
import { SEED } from './options.js';
import { inFolder, proveSound } from './proof.js';
import { openSession, type Fact } from './session.js';

const TEN_YEARS = 10 * 365.25 * 24 * 3_600_000;

describe(`clocks (seed ${SEED})`, () => {
  test('that jump ten years ahead and back, also within one session, lose nothing and mix no order up', async () => {
    const chance = new Chance(SEED);
    await inFolder(async (root) => {
      let offset = 0;
      const now = (): number => Date.UTC(2026, 10, 24) + offset;
      const facts: Fact[] = [];
      const note = (fact: Fact): void => void facts.push(fact);
      let turn = 0;
      for (let owner = 0; owner < 4; owner += 1) {
        const session = await openSession(root, { now });
        for (const act of ACTS) {
          turn += 1;
          offset += chance.pick([0, 1000, TEN_YEARS, -TEN_YEARS, -1000]);
          await act.play({ session, turn, facts, note });
        }
        await session.close();
        await proveSound(root, facts, { now, label: `seed ${SEED}, owner ${owner}` });
      }
    });
  });
});

describe('a restore over an open, changed notebook', () => {
  test('keeps what the editor holds, and what was kept so comes back byte for byte', async () => {
    await inFolder(async (root) => {
      const session = await openSession(root);
      const { history } = session;
      const first = await keep(history, 'a.ipynb', ['one']);
      await keep(history, 'a.ipynb', ['two']);
      await writeInto(root, 'a.ipynb', notebookText(['three, saved']));
      const content = notebookText(['four, in the editor']);
      const restored = await restoreSnapshot(history, { id: first.row.id, content, write: true });
      const { before } = restored;
      expect(before === undefined ? '' : String(await readNotebook(history.store, before))).toBe(
        content,
      );
      expect(String(await history.store.files.read('a.ipynb'))).toBe(notebookText(['one']));
      await session.close();
      await proveSound(root, []);
    });
  });
});
