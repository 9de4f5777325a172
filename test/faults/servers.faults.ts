import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { Chance } from '../fuzz/mutate.js';
import { commitByHand, gitOn, type Git } from '../server/git.js';
import { cellar, serve, type Server } from '../server/cli/cellar.js';
import { makeFolder, notebookText, writeInto } from '../server/scratch.js';
import { SEED, WRITES } from './options.js';

/** By commands, each a process of its own. */
const EACH = Math.ceil(WRITES / 40);
const WRITERS = 8;
/** Between two commits of git's, and between two snapshots of a writer's, in milliseconds at most. */
const PAUSES = { git: 300, writer: 40 };
/** Of a notebook's text, in characters at most. */
const MOST_TEXT = 30_000;

interface Log {
  readonly snapshots: readonly { readonly id: string }[];
}

/** Does something while git itself commits to main over and over; `commits` counts those. */
async function besideGit<Result>(
  git: Git,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly commits: number }> {
  const ended = new AbortController();
  const chance = new Chance(SEED);
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
      await sleep(chance.below(PAUSES.git));
    }
    return commits;
  })();
  const result = await work().finally(() => {
    ended.abort();
  });
  return { result, commits: await committing };
}

const gitOf = (root: string): Git => gitOn(join(root, '.cellar/store.git'));

describe(`several processes on one store (seed ${SEED})`, () => {
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
  });

  test(`two servers with eight writers on one store keep each of ${WRITES} snapshots, one after another`, async () => {
    const root = await makeFolder();
    const git = gitOf(root);
    await cellar(root, ['init']);
    const servers = await Promise.all([serve(root), serve(root)]);
    let count = 0;
    const write = async (writer: number): Promise<Map<string, string>> => {
      const kept = new Map<string, string>();
      const chance = new Chance(SEED + writer);
      while (count < WRITES) {
        count += 1;
        const sources = [`n = ${count}`, toText(chance)];
        const content = notebookText(sources, [`${writer}a`, `${writer}b`]);
        const trigger = chance.pick(['manual', 'save']);
        const written = { path: `w${writer}.ipynb`, content, trigger, number: count };
        kept.set(await burst(chance.pick(servers), written), content);
        await sleep(chance.below(PAUSES.writer));
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
    console.log(
      `servers: ${WRITES} snapshots by ${WRITERS} writers through two servers, seed ${SEED}`,
    );
  });
});

/** Mostly short; what it says does not compress well. */
function toText(chance: Chance): string {
  const size = chance.next() < 0.8 ? 20 : chance.below(MOST_TEXT);
  let text = '';
  while (text.length < size) text += chance.next().toString(36).slice(2);
  return text;
}

interface Written {
  readonly path: string;
  readonly content: string;
  readonly trigger: string;
  readonly number: number;
}

async function burst(server: Server, { path, content, trigger, number }: Written): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/bursts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ path, content, trigger, key: `key-${String(number).padStart(8, '0')}` },
    }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { snapshot: { id: string } }).snapshot.id;
}

async function read(server: Server, path: string): Promise<string> {
  const headers = { authorization: `Bearer ${server.token}` };
  return (await fetch(`${server.url}/api/v1/${path}`, { headers })).text();
}
