import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { CommitParts, Repository } from '../../../../server/store/git/repository.js';
import { AUTHOR } from '../../scratch.js';

const REF = 'refs/heads/main';

/** What one commit is asked to do: text at a path, null to take it away. */
export function partsOf(
  files: Readonly<Record<string, string | null>>,
  subject = 'Keep',
): CommitParts {
  return {
    edits: Object.entries(files).map(([path, text]) => ({
      path,
      content: text === null ? null : Buffer.from(text),
    })),
    facts: { author: AUTHOR, time: Date.UTC(2026, 0, 2), subject, trailers: new Map() },
  };
}

/** Text of a file as a commit has it; undefined where there is none. */
export async function textAt(
  repository: Repository,
  commit: string,
  path: string,
): Promise<string | undefined> {
  const { tree } = await repository.readCommit(commit);
  const oid = await repository.findEntry(tree, path);
  return oid === undefined ? undefined : (await repository.readBlob(oid)).toString();
}

/** What every repository does, wherever it keeps its objects. `open` gives a fresh one, without refs. */
export function repositoryContract(open: () => Promise<Repository>): void {
  const commitOn = async (repository: Repository, ref: string, text: string): Promise<string> =>
    (await repository.commit({ ref, ...partsOf({ a: text }) })).commit.oid;

  test('a commit goes on from the one before, and both stay as they were', async () => {
    const repository = await open();
    const first = await repository.commit({ ref: REF, ...partsOf({ a: '1', 'b/c': '2' }) });
    const next = await repository.commit({ ref: REF, ...partsOf({ a: null, 'b/d': '3' }) });
    expect(first.previous).toBeUndefined();
    expect(next.previous).toBe(first.commit.oid);
    expect((await repository.readCommit(next.commit.oid)).parents).toEqual([first.commit.oid]);
    expect(await repository.findRef(REF)).toBe(next.commit.oid);
    expect(await textAt(repository, first.commit.oid, 'a')).toBe('1');
    expect(await textAt(repository, next.commit.oid, 'a')).toBeUndefined();
    expect(await textAt(repository, next.commit.oid, 'b/c')).toBe('2');
    expect(await textAt(repository, next.commit.oid, 'b/d')).toBe('3');
  });

  test('packing leaves every object as it was, and has nothing to do the second time', async () => {
    const repository = await open();
    const { commit } = await repository.commit({ ref: REF, ...partsOf({ a: '1', 'b/c': '2' }) });
    expect(await repository.counts()).toEqual({ loose: 5, packs: 0 });
    const { signal } = new AbortController();
    await repository.pack(signal);
    const counts = await repository.counts();
    await repository.pack(signal);
    expect(await repository.counts()).toEqual(counts);
    await repository.checkObject(commit.oid);
    expect(await textAt(repository, commit.oid, 'b/c')).toBe('2');
  });

  test('collecting takes away what no ref leads to, as was said before, and nothing that is young', async () => {
    const repository = await open();
    await repository.commit({ ref: REF, ...partsOf({ a: '1', 'b/c': '2' }) });
    const stays = await repository.commit({ ref: REF, ...partsOf({ a: '3' }) });
    const { commit } = await repository.commit({
      ref: 'refs/x/day',
      ...partsOf({ a: '1', d: '4' }),
    });
    const request = {
      before: Infinity,
      exclusively: <Result>(work: () => Promise<Result>): Promise<Result> => work(),
      signal: new AbortController().signal,
    };
    const planned = await repository.collect({ ...request, plan: new Map([['refs/x/day', []]]) });
    // The commit, its tree and the file that no other tree has.
    expect(planned).toMatchObject({ count: 3, heldBack: undefined });
    expect(planned.bytes).toBeGreaterThan(0);
    const halved = await repository.collect({
      ...request,
      plan: new Map([['refs/x/day', [commit.tree]]]),
    });
    expect(halved.count).toBe(1);
    await repository.deleteRef('refs/x/day', commit.oid);
    expect((await repository.collect({ ...request, before: 0 })).count).toBe(0);
    await repository.checkObject(commit.oid);
    expect(await repository.collect(request)).toEqual(planned);
    await expect(repository.checkObject(commit.oid)).rejects.toMatchObject({
      code: 'store_damaged',
    });
    expect((await repository.collect(request)).count).toBe(0);
    for (const { oid } of [stays.commit, { oid: stays.previous ?? '' }]) {
      await repository.checkObject(oid);
      expect(await textAt(repository, oid, 'b/c')).toBe('2');
    }
  });

  test('a commit takes what a file had under another name, and any tree to start from', async () => {
    const repository = await open();
    const { commit, blobs } = await repository.commit({ ref: REF, ...partsOf({ a: '1' }) });
    const oid = blobs.get('a') ?? '';
    const parts = partsOf({});
    const { commit: other } = await repository.commit({
      ...parts,
      ref: 'refs/cellar/auto/2026-01-02',
      baseTree: commit.tree,
      edits: [{ path: 'b', content: { oid } }],
    });
    expect(other.parents).toEqual([]);
    expect(await textAt(repository, other.oid, 'a')).toBe('1');
    expect(await textAt(repository, other.oid, 'b')).toBe('1');
  });

  test('an object that is not there is damage, by name', async () => {
    const repository = await open();
    const oid = 'd'.repeat(40);
    const reads = [
      () => repository.readBlob(oid),
      () => repository.readCommit(oid),
      () => repository.readTree(oid),
      () => repository.checkObject(oid),
    ];
    for (const read of reads) await expect(read()).rejects.toMatchObject({ code: 'store_damaged' });
  });

  test('two writers of one ref both get their commit in', async () => {
    const repository = await open();
    await Promise.all(
      [1, 2, 3, 4].map((name) =>
        repository.commit({ ref: REF, ...partsOf({ [name]: 'x' }, String(name)) }),
      ),
    );
    const subjects: string[] = [];
    for (let at = await repository.findRef(REF); at !== undefined;) {
      const commit = await repository.readCommit(at);
      subjects.push(commit.message.trim());
      at = commit.parents[0];
    }
    expect(subjects.sort()).toEqual(['1', '2', '3', '4']);
  });

  describe('a chain', () => {
    test('is the commits that one after another would have made', async () => {
      const name = fc.constantFrom('a', 'b', 'c/d', 'c/e');
      const files = fc.dictionary(name, fc.option(fc.constantFrom('1', '2', '3')), { minKeys: 1 });
      await fc.assert(
        fc.asyncProperty(fc.array(files, { minLength: 1, maxLength: 30 }), async (all) => {
          const [one, many] = [await open(), await open()];
          // Taking the last file away leaves nothing to commit: one stays.
          const commits = all.map((each, at) => partsOf({ ...each, keep: 'x' }, String(at)));
          for (const parts of commits) await one.commit({ ref: REF, ...parts });
          const chain = await many.commitMany({ ref: REF, commits });
          expect(await many.findRef(REF)).toBe(await one.findRef(REF));
          expect(chain.at(-1)?.commit.oid).toBe(await one.findRef(REF));
          expect(chain.map(({ commit }) => commit.message.trim())).toEqual(
            commits.map(({ facts }) => facts.subject),
          );
          for (const { commit } of chain) await many.checkObject(commit.tree);
        }),
        { numRuns: 12 },
      );
    });

    test('goes on from where the ref is, and of no commits moves nothing', async () => {
      const repository = await open();
      const before = await commitOn(repository, REF, '1');
      expect(await repository.commitMany({ ref: REF, commits: [] })).toEqual([]);
      expect(await repository.findRef(REF)).toBe(before);
      const [first] = await repository.commitMany({ ref: REF, commits: [partsOf({ b: '2' })] });
      expect(first?.previous).toBe(before);
      expect(await textAt(repository, first?.commit.oid ?? '', 'a')).toBe('1');
    });

    test('takes the place of what a ref had, from another parent or none', async () => {
      const repository = await open();
      const first = await commitOn(repository, REF, '1');
      const second = await commitOn(repository, REF, '2');
      const { tree } = await repository.readCommit(second);
      const { facts } = partsOf({}, 'Rewritten');
      const put = async (parent: string | undefined, expected: string): Promise<string> => {
        const commits = [{ baseTree: tree, edits: [], facts }];
        const made = await repository.commitMany({
          ref: REF,
          commits,
          instead: { expected, parent },
        });
        return made[0]?.commit.oid ?? '';
      };
      const rewritten = await put(undefined, second);
      expect((await repository.readCommit(rewritten)).parents).toEqual([]);
      expect(await textAt(repository, rewritten, 'a')).toBe('2');
      const again = await put(first, rewritten);
      expect((await repository.readCommit(again)).parents).toEqual([first]);
      await expect(put(undefined, second)).rejects.toMatchObject({ code: 'store_busy' });
      expect(await repository.findRef(REF)).toBe(again);
    });
  });

  describe('a ref', () => {
    test('is replaced and taken away only where it is expected', async () => {
      const repository = await open();
      const first = await commitOn(repository, 'refs/cellar/auto/1', '1');
      const second = await commitOn(repository, 'refs/cellar/auto/2', '2');
      expect(await repository.replaceRef('refs/cellar/auto/1', second, first)).toBe(false);
      expect(await repository.replaceRef('refs/cellar/auto/1', first, second)).toBe(true);
      expect(await repository.replaceRef('refs/cellar/auto/3', undefined, first)).toBe(true);
      expect(await repository.replaceRef('refs/cellar/auto/3', undefined, second)).toBe(false);
      expect(await repository.deleteRef('refs/cellar/auto/2', first)).toBe(false);
      expect(await repository.deleteRef('refs/cellar/auto/2', second)).toBe(true);
      expect(await repository.findRef('refs/cellar/auto/2')).toBeUndefined();
      expect(Object.fromEntries(await repository.listRefs('refs/cellar/auto/'))).toEqual({
        'refs/cellar/auto/1': second,
        'refs/cellar/auto/3': first,
      });
      expect(await repository.listRefs('refs/other/')).toEqual(new Map());
    });
  });

  test('many objects are read in order, and one that is missing costs no other', async () => {
    const repository = await open();
    const texts = Array.from({ length: 200 }, (_, at) => String(at).repeat(at * 50));
    const { blobs } = await repository.commit({
      ref: REF,
      ...partsOf(Object.fromEntries(texts.map((text, at) => [`n${at}`, text]))),
    });
    const oids = texts.map((_, at) => blobs.get(`n${at}`) ?? '');
    oids[100] = 'd'.repeat(40);
    const read: (string | null)[] = [];
    for await (const each of repository.readMany(oids))
      read.push(each.kind === 'object' ? each.object.content.toString() : null);
    expect(read).toEqual(texts.map((text, at) => (at === 100 ? null : text)));
    const few: string[] = [];
    for await (const each of repository.readMany(oids.slice(99, 102))) few.push(each.kind);
    expect(few).toEqual(['object', 'failed', 'object']);
    repository.close();
  });
}
