import { createHash } from 'node:crypto';

import type { Progress } from '../../contract/progress.js';
import type { Verified } from '../../contract/upkeep.js';
import { MAIN } from '../store/create.js';
import { FOLDER_MODE } from '../store/git/tree.js';
import type { Store } from '../store/store.js';
import { AUTO_PREFIX } from './catch-up.js';
import { readPurgedFiles } from './purged-files.js';

/**
 * Reads everything that the refs lead to, checks each object and file against its name, and the catalog against git. Nothing is
 * changed; damage is a finding, not a failure.
 */
export async function verifyStore(
  store: Store,
  report?: (progress: Progress) => void,
): Promise<Verified> {
  const damages: { what: string; reason: string }[] = [];
  const note = (what: string, error: unknown): void => {
    damages.push({ what, reason: error instanceof Error ? error.message : String(error) });
  };
  const commits = await listCommits(store, note);
  const seen = new Set<string>();
  let done = 0;
  for (const oid of commits) {
    const what = `commit ${oid}`;
    try {
      await checkTree(store, (await store.repository.readCommit(oid)).tree, seen, (path, error) => {
        note(`${what}: ${path}`, error);
      });
    } catch (error) {
      note(what, error);
    }
    done += 1;
    report?.({ what: 'commits', done, total: commits.size });
  }
  const { count: artifacts, purged } = await checkArtifacts(store, note);
  await checkCatalog(store, commits, note);
  return {
    status: damages.length === 0 ? 'ok' : 'damaged',
    commits: commits.size,
    snapshots: await store.catalog.snapshotCount(),
    artifacts,
    purged,
    damages,
  };
}

type Note = (what: string, error: unknown) => void;

async function listCommits(store: Store, note: Note): Promise<ReadonlySet<string>> {
  const refs = new Map(await store.repository.listRefs(AUTO_PREFIX));
  const main = await store.repository.findRef(MAIN);
  if (main === undefined) note(MAIN, 'does not exist');
  else refs.set(MAIN, main);
  const commits = new Set<string>();
  for (const [ref, head] of refs) {
    const pending = [head];
    for (let oid = pending.pop(); oid !== undefined; oid = pending.pop()) {
      if (commits.has(oid)) continue;
      try {
        pending.push(...(await store.repository.readCommit(oid)).parents);
        commits.add(oid);
      } catch (error) {
        note(`${ref}: commit ${oid} and those before it`, error);
      }
    }
  }
  return commits;
}

async function checkTree(
  store: Store,
  oid: string,
  seen: Set<string>,
  note: Note,
  folder = '',
): Promise<void> {
  if (seen.has(oid)) return;
  seen.add(oid);
  for (const entry of (await store.repository.readTree(oid)).values()) {
    const path = `${folder}${entry.name}`;
    if (seen.has(entry.oid)) continue;
    try {
      if (entry.mode === FOLDER_MODE) await checkTree(store, entry.oid, seen, note, `${path}/`);
      else await store.repository.checkObject(entry.oid);
      seen.add(entry.oid);
    } catch (error) {
      note(path, error);
    }
  }
}

async function checkArtifacts(
  store: Store,
  note: Note,
): Promise<{ readonly count: number; readonly purged: Verified['purged'] }> {
  const gone = await readPurgedFiles(store).catch((error: unknown) => {
    note('the list of purged files', error);
    return new Map<string, unknown>();
  });
  const purged: { sha256: string; name: string }[] = [];
  const wanted = new Map<string, string>();
  for (const run of await store.catalog.runs())
    for (const { sha256, name } of run.artifacts) wanted.set(sha256, name);
  // A run that has not been claimed yet may want one of these.
  for await (const { sha256 } of store.artifacts.list())
    if (!wanted.has(sha256)) wanted.set(sha256, 'of no run');
  for (const [sha256, name] of wanted) {
    if (gone.has(sha256) && (await store.artifacts.findSize(sha256)) === undefined) {
      purged.push({ sha256, name });
      continue;
    }
    try {
      const hash = createHash('sha256');
      for await (const chunk of await store.artifacts.read(sha256)) hash.update(chunk as Buffer);
      const found = hash.digest('hex');
      if (found !== sha256) note(`artifact ${name} ${sha256}`, `its bytes have SHA-256 ${found}`);
    } catch (error) {
      note(`artifact ${name} ${sha256}`, error);
    }
  }
  return { count: wanted.size - purged.length, purged };
}

async function checkCatalog(store: Store, commits: ReadonlySet<string>, note: Note): Promise<void> {
  for (const { id } of await store.catalog.notebooks())
    for (const row of await store.catalog.history(id))
      if (!commits.has(row.commit))
        note(
          `catalog: snapshot ${row.id}`,
          `its commit ${row.commit} is on no ref; run "cellar reindex"`,
        );
}
