import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { commitByHand, gitOn, type Git } from '../git.js';
import { makeFolder, notebookText, writeInto } from '../scratch.js';
import { cellar, serve, type Server } from './cellar.js';

/** `npm test -- --full` runs the counts that the project promises; the short form the same code, fewer times. */
const FULL = process.env['CELLAR_TEST_FULL'] === '1';
const EACH = FULL ? 200 : 12;
const KILLS = FULL ? 200 : 12;

interface Log {
  readonly snapshots: readonly { readonly id: string }[];
}

const gitOf = (root: string): Git => gitOn(join(root, '.cellar/store.git'));

test(
  'two processes beside git commands lose no snapshot',
  async () => {
    const root = await makeFolder();
    const git = gitOf(root);
    await cellar(root, ['init']);
    const take = async (name: string): Promise<string[]> => {
      const ids = [];
      for (let index = 0; index < EACH; index += 1) {
        await writeInto(root, `${name}.ipynb`, notebookText([`${name} = ${index}`]));
        const kept = await cellar(root, ['snapshot', `${name}.ipynb`, '--json']);
        ids.push(kept.json<{ id: string }>().id);
      }
      return ids;
    };
    let taking = true;
    const beside = async (): Promise<number> => {
      let commits = 0;
      while (taking) {
        const head = git('rev-parse', 'main').trim();
        const next = commitByHand(git, head);
        try {
          git('update-ref', 'refs/heads/main', next, head);
          commits += 1;
        } catch {
          // Somebody else was first; that is what compare-and-swap is for.
        }
        await sleep(150);
      }
      return commits;
    };
    const committing = beside();
    const taken = await Promise.all([take('a'), take('b')]);
    taking = false;
    const commits = await committing;
    for (const [index, name] of ['a', 'b'].entries()) {
      const { snapshots } = (await cellar(root, ['log', `${name}.ipynb`, '--json'])).json<Log>();
      expect(snapshots.map(({ id }) => id).reverse()).toEqual(taken[index]);
    }
    const subjects = git('log', '--format=%s', 'main').split('\n');
    expect(subjects.filter((subject) => subject === 'by git')).toHaveLength(commits);
    git('fsck', '--full', '--strict');
    expect((await cellar(root, ['verify'])).code).toBe(0);
  },
  FULL ? 3_600_000 : 300_000,
);

test(
  'nothing acknowledged is lost when the server is killed while it takes snapshots',
  async () => {
    const root = await makeFolder();
    const git = gitOf(root);
    const acknowledged = new Map<string, string>();
    let count = 0;
    const flood = async (server: Server): Promise<void> => {
      for (;;) {
        count += 1;
        const content = notebookText([`n = ${count}`, 'x'.repeat((count * 977) % 50_000)]);
        try {
          const answer = await fetch(`${server.url}/api/v1/bursts`, {
            method: 'POST',
            headers: {
              authorization: `Bearer ${server.token}`,
              'content-type': 'application/json',
            },
            body: JSON.stringify({
              key: `key-${String(count).padStart(8, '0')}`,
              path: `n${count % 3}.ipynb`,
              trigger: count % 2 === 0 ? 'manual' : 'save',
              content,
            }),
          });
          const kept = (await answer.json()) as { snapshot: { id: string } };
          acknowledged.set(kept.snapshot.id, content);
        } catch {
          return;
        }
      }
    };
    for (let kill = 0; kill < KILLS; kill += 1) {
      const server = await serve(root);
      const before = acknowledged.size;
      const flooding = flood(server);
      // However busy the machine is: each server has taken a snapshot before it is killed in the midst of another.
      await expect
        .poll(() => acknowledged.size, { interval: 5, timeout: 30_000 })
        .toBeGreaterThan(before);
      await sleep((kill * 61) % 400);
      await server.stop('SIGKILL');
      await flooding;
    }
    const server = await serve(root);
    for (const [id, content] of acknowledged) {
      const answer = await fetch(`${server.url}/api/v1/snapshots/${id}/notebook`, {
        headers: { authorization: `Bearer ${server.token}` },
      });
      expect(answer.status, id).toBe(200);
      expect(JSON.parse(await answer.text())).toEqual(JSON.parse(content));
    }
    await server.stop();
    expect(acknowledged.size).toBeGreaterThanOrEqual(KILLS);
    git('fsck', '--full', '--strict');
    const locks = readdirSync(join(root, '.cellar/store.git'), { recursive: true }).filter((file) =>
      String(file).endsWith('.lock'),
    );
    expect(locks).toEqual([]);
    expect((await cellar(root, ['verify'])).code).toBe(0);
    expect(readFileSync(join(root, '.cellar/store.git/HEAD'), 'utf8')).toBe(
      'ref: refs/heads/main\n',
    );
  },
  FULL ? 3_600_000 : 300_000,
);
