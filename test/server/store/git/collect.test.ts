import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { MAIN } from '../../../../server/store/create.js';
import type { CollectRequest, Freed } from '../../../../server/store/git/collecting.js';
import { looseObjectPath } from '../../../../server/store/git/loose.js';
import { toObject } from '../../../../server/store/git/object.js';
import { alone } from '../../../../server/store/git/turns.js';

import { DAY, openFresh, withoutGit } from './collecting.js';

describe('collecting loose objects', () => {
  test.each([
    ['with git', <Result>(work: () => Promise<Result>) => work()],
    ['without git', withoutGit],
  ])('takes away all that no ref leads to, and nothing else, %s', async (_, run) => {
    const opened = await openFresh();
    await opened.fill(MAIN, 3);
    await opened.fill(DAY, 4);
    const tagged = await opened.fill('refs/x/y', 1);
    opened.git('tag', '-a', '-m', 'one', 'one', tagged[0] ?? '');
    await opened.drop('refs/x/y');
    await opened.drop(DAY);
    const unreachable = opened.unreachable();
    expect(unreachable).toBeGreaterThan(4);
    const { count, heldBack } = await run(() => opened.collect());
    expect([count, heldBack]).toEqual([unreachable, undefined]);
    expect(opened.unreachable()).toBe(0);
    await opened.expectWhole();
  });

  test('leaves what is young, and what it leads to though that is old', async () => {
    const opened = await openFresh();
    const [commit = ''] = await opened.fill(DAY, 1);
    await opened.fill(DAY, 1);
    await opened.drop(DAY);
    opened.age();
    utimesSync(looseObjectPath(join(opened.gitdir, 'objects'), commit), new Date(), new Date());
    const before = Date.now() - 60_000;
    expect((await opened.collect({ before })).count).toBe(4);
    for (const oid of opened.git('rev-list', '--objects', commit).match(/^[0-9a-f]{40}/gm) ?? [])
      await opened.repository.checkObject(oid);
  });

  test('leaves what a ref has come to lead to since it was looked for', async () => {
    const opened = await openFresh();
    const [commit = '', ...others] = await opened.fill(DAY, 2);
    await opened.drop(DAY);
    const exclusively: CollectRequest['exclusively'] = async (work) => {
      opened.git('update-ref', 'refs/heads/again', commit);
      return work();
    };
    // The second commit, its tree and its two files.
    expect((await opened.collect({ exclusively })).count).toBe(4);
    expect(others).toHaveLength(1);
    expect(opened.git('rev-list', '--objects', 'again')).toContain(commit);
  });

  test('leaves what somebody has put again since it was looked for', async () => {
    const opened = await openFresh();
    const object = toObject('blob', Buffer.from('again'));
    await opened.repository.addObjects([object, toObject('blob', Buffer.from('other'))]);
    opened.age();
    const exclusively: CollectRequest['exclusively'] = async (work) => {
      await opened.repository.addObjects([object]);
      return work();
    };
    const before = Date.now() - 60_000;
    expect((await opened.collect({ before, exclusively })).count).toBe(1);
    await opened.repository.checkObject(object.oid);
  });

  test('waits for those who began to read before, and for nobody who came later', async () => {
    const opened = await openFresh();
    const [commit = ''] = await opened.fill(DAY, 1);
    const done: string[] = [];
    let release = (): void => undefined;
    const reading = opened.repository.whileHeld(async () => {
      await new Promise<void>((resolve) => (release = resolve));
      await opened.repository.checkObject(commit);
      done.push('read');
    });
    await opened.drop(DAY);
    const collecting = opened.collect().then(() => done.push('collected'));
    await sleep(500);
    const later = opened.repository.whileHeld(async () => {
      await collecting;
      done.push('later');
    });
    release();
    await Promise.all([reading, collecting, later]);
    expect(done).toEqual(['read', 'collected', 'later']);
  });

  test('gives way to who must be alone, also while it waits for its own turn to write', async () => {
    const opened = await openFresh();
    await opened.fill(DAY, 2);
    await opened.drop(DAY);
    let wait = (): void => undefined;
    const isWaiting = new Promise<void>((resolve) => (wait = resolve));
    const never: CollectRequest['exclusively'] = () => {
      wait();
      return new Promise(() => undefined);
    };
    const [ended] = await Promise.all([
      Promise.allSettled([opened.collect({ exclusively: never })]),
      isWaiting.then(() => alone(opened.gitdir, () => Promise.resolve())),
    ]);
    expect(ended[0].status).toBe('rejected');
    expect((await opened.collect()).count).toBeGreaterThan(0);
  });

  test('says of an object that is missing that nothing was freed', async () => {
    const opened = await openFresh();
    const [commit = ''] = await opened.fill(MAIN, 1);
    await opened.fill(DAY, 1);
    await opened.drop(DAY);
    const oid = opened.git('rev-parse', `${commit}:n`).trim();
    const path = looseObjectPath(join(opened.gitdir, 'objects'), oid);
    renameSync(path, `${path}.away`);
    for (const run of [(work: () => Promise<Freed>) => work(), withoutGit])
      await expect(run(() => opened.collect())).rejects.toMatchObject({ code: 'store_damaged' });
    renameSync(`${path}.away`, path);
    expect((await opened.collect()).count).toBe(4);
  });

  test('goes no further than a history that was cut short', async () => {
    for (const run of [(work: () => Promise<Freed>) => work(), withoutGit]) {
      const opened = await openFresh();
      const [lost = '', kept = ''] = await opened.fill(MAIN, 2);
      writeFileSync(join(opened.gitdir, 'shallow'), `${kept}\n`);
      renameSync(
        looseObjectPath(join(opened.gitdir, 'objects'), lost),
        join(opened.gitdir, 'away'),
      );
      const { count } = await run(() => opened.collect());
      expect(count).toBeGreaterThan(0);
      expect(opened.git('rev-list', '--objects', 'main')).toContain(kept);
    }
  });

  test('takes away the list of commits that git keeps beside them', async () => {
    const opened = await openFresh();
    await opened.fill(MAIN, 2);
    await opened.fill(DAY, 2);
    opened.git('commit-graph', 'write', '--reachable');
    await opened.drop(DAY);
    await opened.collect();
    await opened.expectWhole();
  });
});
