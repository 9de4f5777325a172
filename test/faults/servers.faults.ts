import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { commitByHand, gitOn, type Git } from '../server/git.js';
import { cellar, serve, type Server } from '../server/cli/cellar.js';
import { makeFolder, notebookText, writeInto } from '../server/scratch.js';
import { WRITES } from './options.js';

/** By commands, each a process of its own. */
const EACH = Math.ceil(WRITES / 40);
const WRITERS = 8;

interface Log {
  readonly snapshots: readonly { readonly id: string }[];
}

/** Does something while git itself commits to main over and over; `commits` counts those. */
async function besideGit<Result>(
  git: Git,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly commits: number }> {
  const ended = new AbortController();
  const committing = (async () => {
    let commits = 0;
    while (!ended.signal.aborted) {
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
  })();
  const result = await work().finally(() => {
    ended.abort();
  });
  return { result, commits: await committing };
}

const gitOf = (root: string): Git => gitOn(join(root, '.cellar/store.git'));

test('two processes beside git commands lose no snapshot', async () => {
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
  const { result: taken, commits } = await besideGit(git, () =>
    Promise.all([take('a'), take('b')]),
  );
  for (const [index, name] of ['a', 'b'].entries()) {
    const { snapshots } = (await cellar(root, ['log', `${name}.ipynb`, '--json'])).json<Log>();
    expect(snapshots.map(({ id }) => id).reverse()).toEqual(taken[index]);
  }
  const subjects = git('log', '--format=%s', 'main').split('\n');
  expect(subjects.filter((subject) => subject === 'by git')).toHaveLength(commits);
  git('fsck', '--full', '--strict');
  expect((await cellar(root, ['verify'])).code).toBe(0);
}, 3_600_000);

test(`two servers with eight writers on one store keep each of ${WRITES} snapshots, one after another`, async () => {
  const root = await makeFolder();
  const git = gitOf(root);
  await cellar(root, ['init']);
  const servers = await Promise.all([serve(root), serve(root)]);
  let count = 0;
  const write = async (writer: number): Promise<Map<string, string>> => {
    const kept = new Map<string, string>();
    const server = servers[writer % 2 === 0 ? 0 : 1];
    while (count < WRITES) {
      count += 1;
      const content = notebookText([`n = ${count}`, `w = ${writer}`], [`${writer}a`, `${writer}b`]);
      const answer = await burst(server, { path: `w${writer}.ipynb`, content, number: count });
      kept.set(answer, content);
    }
    return kept;
  };
  const { result: kept } = await besideGit(git, () =>
    Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer))),
  );
  const [server] = servers;
  for (const [writer, mine] of kept.entries()) {
    const logged = await cellar(root, ['log', `w${writer}.ipynb`, '--json']);
    const ids = logged.json<Log>().snapshots.map(({ id }) => id);
    expect(ids.reverse()).toEqual([...mine.keys()]);
    for (const [id, content] of mine)
      expect(await read(server, `snapshots/${id}/notebook`)).toBe(content);
  }
  expect(kept.reduce((sum, mine) => sum + mine.size, 0)).toBe(WRITES);
  for (const each of servers) await each.stop();
  git('fsck', '--full', '--strict');
  expect((await cellar(root, ['verify'])).code).toBe(0);
  console.log(`writers: ${WRITES} snapshots by ${WRITERS} writers through two servers`);
}, 3_600_000);

async function burst(
  server: Server,
  {
    path,
    content,
    number,
  }: { readonly path: string; readonly content: string; readonly number: number },
): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/bursts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ path, content, key: `key-${String(number).padStart(8, '0')}` },
      trigger: number % 2 === 0 ? 'manual' : 'save',
    }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { snapshot: { id: string } }).snapshot.id;
}

async function read(server: Server, path: string): Promise<string> {
  const headers = { authorization: `Bearer ${server.token}` };
  return (await fetch(`${server.url}/api/v1/${path}`, { headers })).text();
}
