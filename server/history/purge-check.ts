import { isDeepStrictEqual } from 'node:util';

import { CellarError } from '../errors.js';
import { parseNotebook } from '../notebook/read.js';
import type { CatalogChange } from '../store/catalog/rows.js';
import { MAIN } from '../store/create.js';
import type { Commit } from '../store/git/commit.js';
import { FOLDER_MODE } from '../store/git/tree.js';
import type { Indexer } from './catch-up.js';
import { cleanNameIn, type Rewriting } from './purge-rewrite.js';
import { roleOf, zoneBelow, type Zone } from './purge-roles.js';
import type { Walked } from './purge-walk.js';
import { TRAILERS } from './state.js';

/**
 * Reads back every commit that was written anew, with its trees and its notebooks, and has the catalog's indexers read it: each must
 * say what the one before it said. Throws store_damaged where one does not. Call it before any ref is moved.
 */
export async function checkRewritten(
  rewriting: Rewriting,
  walked: Walked,
  made: {
    readonly commits: ReadonlyMap<string, string>;
    readonly indexers: readonly Indexer[];
  },
): Promise<void> {
  const { repository, report, signal } = rewriting;
  const changed = walked.commits.filter(({ oid }) => (made.commits.get(oid) ?? oid) !== oid);
  const onMain = findOnMain(walked);
  const checker = new Checker(rewriting);
  let done = 0;
  for (const old of changed) {
    signal.throwIfAborted();
    const now = await repository.readCommit(made.commits.get(old.oid) ?? '');
    checker.commit(old, now, made.commits);
    await checker.tree(old.tree, now.tree, 'root');
    const line = onMain.has(old.oid) ? 'main' : 'auto';
    for (const index of made.indexers)
      await checker.rows(old, now, (commit) => index(repository, commit, line));
    done += 1;
    report({ what: 'commits', done, total: changed.length });
  }
}

function findOnMain({ refs, commits }: Walked): ReadonlySet<string> {
  const known = new Map(commits.map((commit) => [commit.oid, commit]));
  const found = new Set<string>();
  const waiting = [refs.get(MAIN) ?? ''];
  for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
    if (found.has(oid)) continue;
    found.add(oid);
    waiting.push(...(known.get(oid)?.parents ?? []));
  }
  return found;
}

class Checker {
  readonly #seen = new Set<string>();

  constructor(private readonly rewriting: Rewriting) {}

  commit(old: Commit, now: Commit, commits: ReadonlyMap<string, string>): void {
    const parents = old.parents.map((parent) => commits.get(parent) ?? parent);
    const own = ({ trailers }: Commit): readonly (string | undefined)[] =>
      Object.values(TRAILERS).map((name) => trailers.get(name));
    if (
      !isDeepStrictEqual(now.parents, parents) ||
      now.time !== old.time ||
      !isDeepStrictEqual(own(now), own(old))
    )
      this.#fail(`commit ${old.oid}`);
  }

  async tree(old: string, now: string, zone: Zone): Promise<void> {
    const key = `${zone} ${old} ${now}`;
    if (old === now || this.#seen.has(key)) return;
    this.#seen.add(key);
    const { repository, names } = this.rewriting;
    const [before, after] = [await repository.readTree(old), await repository.readTree(now)];
    if (before.size !== after.size) this.#fail(`tree ${old}`);
    for (const { name, mode, oid } of before.values()) {
      const entry = after.get(cleanNameIn(zone, name, names));
      if (entry?.mode !== mode) return this.#fail(`${name} in tree ${old}`);
      if (mode === FOLDER_MODE) await this.tree(oid, entry.oid, zoneBelow(zone, name));
      else if (entry.oid !== oid && roleOf(zone, name) === 'notebook')
        await this.#notebook(oid, entry.oid);
    }
  }

  /** What was a notebook is one still, with the same cells. */
  async #notebook(old: string, now: string): Promise<void> {
    const key = `${old} ${now}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const before = await this.#cells(old);
    if (before !== undefined && !isDeepStrictEqual(await this.#cells(now), before))
      this.#fail(`notebook ${old}`);
  }

  async #cells(oid: string): Promise<readonly string[] | undefined> {
    const bytes = await this.rewriting.repository.readBlob(oid);
    try {
      return parseNotebook(bytes).cells.map(({ type }) => type);
    } catch (error) {
      if (error instanceof CellarError) return undefined;
      throw error;
    }
  }

  /** What could be indexed before can be now, and is about the same versions, notebooks and runs. */
  async rows(
    old: Commit,
    now: Commit,
    index: (commit: Commit) => Promise<CatalogChange>,
  ): Promise<void> {
    let before: CatalogChange;
    try {
      before = await index(old);
    } catch {
      // It was passed over already, as somebody may have written it by hand.
      return;
    }
    const after = await index(now).catch((error: unknown) =>
      this.#fail(`commit ${old.oid}`, error),
    );
    if (!isDeepStrictEqual(toFacts(after), toFacts(before))) this.#fail(`commit ${old.oid}`);
  }

  #fail(what: string, cause?: unknown): never {
    const { gitdir } = this.rewriting.repository;
    throw new CellarError(
      'store_damaged',
      `Without the text, ${what} in ${gitdir} would not be what it was, so nothing was purged. Give more of the secret.`,
      { path: gitdir },
      { cause },
    );
  }
}

/** What a purge leaves of rows. */
function toFacts(change: CatalogChange): unknown {
  const { notebooks = [], snapshots = [], runs = [], pins = [], expired = [], gone = {} } = change;
  return {
    notebooks: notebooks.map(({ id, number, formerPaths }) => [id, number, formerPaths.length]),
    snapshots: snapshots.map((row) => [
      ...[row.id, row.number, row.notebook, row.time, row.trigger, row.clean, row.key],
      ...[row.parent, row.executions, row.runs, row.line],
    ]),
    runs: runs.map(({ id, number, snapshot, notebook, start, end, status, artifacts }) => [
      ...[id, number, snapshot, notebook, start, end, status],
      artifacts.map(({ sha256, size }) => [sha256, size]),
    ]),
    pins,
    expired: expired.map(({ id, number, time, expired: since }) => [id, number, time, since]),
    gone,
  };
}
