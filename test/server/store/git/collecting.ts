import { randomBytes } from 'node:crypto';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { createStore, MAIN } from '../../../../server/store/create.js';
import type { Disk } from '../../../../server/store/disk/disk.js';
import type { CollectRequest, Freed } from '../../../../server/store/git/collecting.js';
import { openRepository } from '../../../../server/store/git/repository-folder.js';
import type { Repository } from '../../../../server/store/git/repository.js';
import { toPlaces } from '../../../../server/store/places.js';
import { gitOn, type Git } from '../../git.js';
import { makeFolder } from '../../scratch.js';
import { partsOf } from './repository.contract.js';

export const DAY = 'refs/cellar/auto/2026-01-02';
/** In seconds since 1970. */
export const LONG_AGO = Date.UTC(2020, 0, 1) / 1000;
export const BODY = randomBytes(6_000).toString('hex');

export class Opened {
  readonly git: Git;
  readonly repository: Repository;
  /** Texts that refs lead to, by commit and path. */
  readonly kept = new Map<string, string>();

  constructor(
    readonly gitdir: string,
    disk?: Disk,
  ) {
    this.git = gitOn(gitdir);
    this.repository = openRepository(gitdir, disk);
  }

  /** Commits texts that differ by little, and one that is like no other. */
  async fill(ref: string, count: number): Promise<readonly string[]> {
    const commits: string[] = [];
    for (let at = 0; at < count; at += 1) {
      const text = `${BODY}${randomBytes(8).toString('hex')}`;
      const parts = partsOf({ n: text, [`other${at}`]: randomBytes(2_000).toString('hex') });
      const { commit } = await this.repository.commit({ ref, ...parts });
      commits.push(commit.oid);
      if (ref === MAIN) this.kept.set(`${commit.oid}:n`, text);
    }
    return commits;
  }

  async drop(ref: string): Promise<void> {
    await this.repository.deleteRef(ref, (await this.repository.findRef(ref)) ?? '');
  }

  collect(request: Partial<CollectRequest> = {}): Promise<Freed> {
    return this.repository.collect({
      before: Infinity,
      exclusively: (work) => work(),
      signal: new AbortController().signal,
      ...request,
    });
  }

  list(ending: string): readonly string[] {
    const folder = join(this.gitdir, 'objects/pack');
    return readdirSync(folder).filter((name) => name.endsWith(ending));
  }

  /** Makes all that is there as old as can be. */
  age(): void {
    for (const { path } of this.files()) utimesSync(path, LONG_AGO, LONG_AGO);
  }

  *files(): Generator<{ readonly path: string }> {
    const objects = join(this.gitdir, 'objects');
    for (const folder of readdirSync(objects))
      for (const name of readdirSync(join(objects, folder)))
        yield { path: join(objects, folder, name) };
  }

  /** All that refs lead to is as it was, for a fresh opening and for git. */
  async expectWhole(): Promise<void> {
    const again = openRepository(this.gitdir);
    for (const [name, text] of this.kept) {
      const [commit = '', path = ''] = name.split(':');
      const oid = await again.findEntry((await again.readCommit(commit)).tree, path);
      expect((await again.readBlob(oid ?? '')).toString()).toBe(text);
    }
    again.close();
    this.git('fsck', '--full', '--strict');
  }

  unreachable(): number {
    const lines = this.git('fsck', '--full', '--unreachable').split('\n');
    return lines.filter((line) => line.startsWith('unreachable')).length;
  }
}

export async function openFresh(disk?: Disk): Promise<Opened> {
  const places = toPlaces(await makeFolder());
  await createStore(places, Date.UTC(2026, 0, 1));
  return new Opened(places.git, disk);
}

export async function withoutGit<Result>(work: () => Promise<Result>): Promise<Result> {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    return await work();
  } finally {
    process.env['PATH'] = path;
  }
}
