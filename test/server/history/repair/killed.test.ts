import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { repairStore } from '../../../../server/history/repair/repair.js';
import { verifyStore } from '../../../../server/history/verify.js';
import { MAIN } from '../../../../server/store/create.js';
import { nodeDisk, type Disk } from '../../../../server/store/disk/disk.js';
import { makeFolder, openTestHistory } from '../../scratch.js';
import { fileOf, ruin } from '../damage.js';
import { fill, readAll } from '../filled.js';
import { gitOf, keep, LONG } from '../kept.js';

const quiet = { report: (): void => undefined };

/** A disk that from its n-th change of a name on ends everything: as far as it got is what a killed process leaves. */
class EndingDisk {
  at = Infinity;
  count = 0;

  readonly disk: Disk = {
    ...nodeDisk,
    rename: async (from, to) => {
      this.step();
      return nodeDisk.rename(from, to);
    },
    rm: async (path, options) => {
      this.step();
      return nodeDisk.rm(path, options);
    },
  };

  begin(at: number): void {
    this.count = 0;
    this.at = at;
  }

  private step(): void {
    this.count += 1;
    if (this.count >= this.at) throw new Error('ended');
  }
}

const DAMAGES: Readonly<Record<string, (root: string, oids: Oids) => void>> = {
  'a lost commit, folder and notebook': (root, { commit, tree, blob }) =>
    [commit, tree, blob].forEach((path) => ruin(join(root, path))),
  'main and its newest commit': (root, { head }) => {
    ruin(join(root, head));
    writeFileSync(join(root, '.cellar/store.git', MAIN), 'nonsense');
  },
};

interface Oids {
  readonly commit: string;
  readonly tree: string;
  readonly blob: string;
  readonly head: string;
}

describe.each(Object.entries(DAMAGES))('a repair of %s', (_, damage) => {
  test('that is ended anywhere is finished by the next, which says what is lost', async () => {
    const first = await makeFolder();
    const history = await openTestHistory(first, quiet);
    const { kept, ran } = await fill(history);
    const texts = await readAll(history);
    const inside = (oid: string): string => fileOf(history, oid).slice(first.length + 1);
    const oids: Oids = {
      commit: inside(ran.commit),
      tree: inside(gitOf(history)('rev-parse', `${ran.commit}^{tree}`).trim()),
      blob: inside(kept.blob),
      head: inside(gitOf(history)('rev-parse', 'main').trim()),
    };
    await history.store.close();
    damage(first, oids);

    const run = async (at: number): Promise<number> => {
      const root = await makeFolder();
      cpSync(first, root, { recursive: true, verbatimSymlinks: true });
      const ending = new EndingDisk();
      const opening = await openTestHistory(root, { ...quiet, disk: ending.disk });
      ending.begin(at);
      await repairStore(opening).catch((error: unknown) => {
        expect(String(error)).toContain('ended');
      });
      const { count } = ending;
      ending.begin(Infinity);
      await opening.store.close();

      const again = await openTestHistory(root, quiet);
      const done = await repairStore(again);
      expect(done, `ended at ${at}`).toMatchObject({ status: 'ok', damages: [] });
      const now = await readAll(again);
      const lost = new Set(
        done.lost.flatMap(({ snapshots }) => snapshots.listed.map(({ id }) => id)),
      );
      for (const [id, text] of texts)
        if (!lost.has(id)) expect(now.get(id), `${id}, ended at ${at}`).toBe(text);
      expect(lost.size).toBeLessThanOrEqual(1);
      await keep(again, 'a.ipynb', [...LONG, 'on()'], { message: 'goes on' });
      expect((await verifyStore(again)).damages, `ended at ${at}`).toEqual([]);
      await again.store.close();
      return count;
    };

    const total = await run(Infinity);
    expect(total).toBeGreaterThan(10);
    for (let at = 1; at <= total; at += Math.max(1, Math.floor(total / 12))) await run(at);
  }, 240_000);
});
