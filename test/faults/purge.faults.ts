import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import type { Purged } from '../../contract/purge.js';
import { CellarError } from '../../server/errors.js';
import { collect } from '../../server/history/gc.js';
import { purge } from '../../server/history/purge.js';
import { sealPending } from '../../server/history/seal.js';
import { verifyStore } from '../../server/history/verify.js';
import { backUp } from '../../server/store/backup/back-up.js';
import { restoreBackup } from '../../server/store/backup/restore-backup.js';
import { nodeDisk } from '../../server/store/disk/disk.js';
import { Chance } from '../fuzz/mutate.js';
import { FaultyDisk } from './faulty-disk.js';
import { isChange, type Call } from './interpose.js';
import { PURGES, SEED } from './options.js';
import { endBoot } from './power-cut.js';
import { fsck, inFolder } from './proof.js';
import { findChanged, findOnDisk, findWrong } from './purge-proof.js';
import { makeSecret, PATHS, workOnce, type Noted, type Secret } from './purge-work.js';
import { openSession, type Session } from './session.js';

/** For so long others work before a purge begins, in milliseconds. */
const BETWEEN_MS = 120;
const never = (): AbortSignal => new AbortController().signal;

/** One store's people: what they were told, and what of it is purged. */
class Crew {
  readonly noted: Noted[] = [];
  readonly gone: Secret[] = [];
  going: Secret[];
  reads = 0;
  turn = 0;
  readonly failures: unknown[] = [];

  constructor(private readonly chance: Chance) {
    this.going = [makeSecret(chance, 0)];
  }

  /** A writer for each notebook, a reader, and what looks after the store, until it is ended; resolves when all have stopped. */
  async work(session: Session, ended: AbortSignal, upkeep: boolean): Promise<void> {
    const note = (noted: Noted): void => void this.noted.push(noted);
    const secrets = (): readonly Secret[] => [...this.gone, ...this.going];
    const again = async (step: () => Promise<unknown>): Promise<void> => {
      while (!ended.aborted) {
        try {
          await step();
        } catch (error) {
          if (!isEndedByPurge(error)) this.failures.push(error);
        }
        await sleep(1);
      }
    };
    const { history } = session;
    await Promise.all([
      ...PATHS.map((path, index) => {
        const chance = new Chance(this.chance.below(1e9) + index);
        return again(async () => {
          this.turn += 1;
          await workOnce({ session, chance, note, secrets }, path, this.turn);
        });
      }),
      again(() => this.read(session)),
      again(async () => {
        await sealPending(history);
        await sleep(30);
      }),
      ...(upkeep
        ? [
            again(async () => {
              await history.store.repository.pack(never());
              const retention = { off: false, all: 7, hourly: 30, daily: null };
              await collect(history, { retention, grace: 7, dryRun: false, signal: never() });
              await sleep(60);
            }),
          ]
        : []),
    ]);
  }

  /** One version again, while it may be written anew. */
  private async read({ history }: Session): Promise<void> {
    const versions = this.noted.filter((each) => each.kind === 'version');
    if (versions.length === 0) return;
    const all = [...this.gone, ...this.going];
    const wrong = await findChanged(history.store, this.chance.pick(versions), {
      gone: [],
      going: all,
    });
    // A secret that was named since is in none of the answers that are allowed.
    if (wrong !== undefined && all.length === this.gone.length + this.going.length)
      this.failures.push(wrong);
    this.reads += 1;
  }

  /** Purges what people write now; those who go on writing it find it replaced. */
  async purge(session: Session): Promise<Purged> {
    const done = await purgeAll(session, this.going);
    this.gone.push(...this.going.splice(0));
    return done;
  }

  /** What people write from now on, and the next purge takes away. */
  nextSecret(): void {
    this.going.push(makeSecret(this.chance, this.gone.length + this.going.length));
  }
}

function purgeAll({ history }: Session, secrets: readonly Secret[]): Promise<Purged> {
  const texts = secrets.map(({ text }) => text);
  return purge(history, { texts, dryRun: false, files: true, signal: never() });
}

/** With nobody at work: purges what came in beside the last purge, and proves that all is there and no secret is. */
async function proveGone(session: Session, crew: Crew, label: string): Promise<void> {
  if (crew.going.length > 0) await crew.purge(session);
  const { left } = await purgeAll(session, crew.gone);
  expect(left, label).toEqual([]);
  const { store } = session.history;
  expect(await findWrong(session, crew.noted, { gone: crew.gone, going: [] }), label).toEqual([]);
  expect(await findOnDisk(store.places.cellar, crew.gone), label).toEqual([]);
  expect((await verifyStore(session.history)).damages, label).toEqual([]);
  fsck(store.places.root, label);
}

describe(`a purge (seed ${SEED})`, () => {
  test(`beside writers, readers and upkeep takes the secret and nothing else, ${PURGES} times on one store`, async () => {
    const label = `seed ${SEED}`;
    await inFolder(async (folder) => {
      const root = join(folder, 'workspace');
      const crew = new Crew(new Chance(SEED));
      const session = await openSession(root);
      const ended = new AbortController();
      const work = crew.work(session, ended.signal, true);
      for (let count = 0; count < PURGES; count += 1) {
        await sleep(BETWEEN_MS);
        if (count > 0) crew.nextSecret();
        await sleep(BETWEEN_MS);
        await crew.purge(session);
      }
      ended.abort();
      await work;
      expect(crew.failures, label).toEqual([]);
      await proveGone(session, crew, label);
      const backup = join(folder, 'backup');
      await backUp(session.history.store, { folder: backup });
      expect(session.reports, label).toEqual([]);
      await session.close();
      expect(await findOnDisk(join(root, '.cellar'), crew.gone), label).toEqual([]);
      const back = join(folder, 'back');
      await restoreBackup({
        ...{ folder: backup, root: back, force: false },
        ...{ now: Date.now, disk: nodeDisk },
      });
      for (const each of [root, back]) {
        const again = await openSession(each);
        await proveGone(again, crew, `${label}, opened again`);
        await again.close();
      }
      console.log(
        `purge: ${PURGES} purges beside ${crew.noted.length} facts and ${crew.reads} reads, seed ${SEED}`,
      );
      expect(crew.noted.length).toBeGreaterThan(PURGES * 3);
    });
  });

  test(`that dies at ${PURGES} moments, with others at work, has changed nothing or is finished by the next opening`, async () => {
    const chance = new Chance(SEED + 1);
    await inFolder(async (folder) => {
      const crew = new Crew(chance);
      let root = join(folder, 'workspace 0');
      // The first one lives: so it is known how many changes there are to die at, in all and behind the marker.
      const changes = { before: 0, behind: 0 };
      let [deaths, finished] = [0, 0];
      for (let count = 0; count <= PURGES; count += 1) {
        const marker = toMarker(root);
        const faulty = new FaultyDisk(undefined);
        const session = await openSession(root, { disk: faulty.disk });
        const ended = new AbortController();
        if (crew.going.length === 0) crew.nextSecret();
        const work = crew.work(session, ended.signal, false);
        await sleep(BETWEEN_MS);
        const part = count % 2 === 0 ? 'behind' : 'before';
        const at = count === 0 ? Infinity : chance.below(changes[part]);
        let isBehind = false;
        const matches = (call: Call): boolean => {
          if (!isChange(call)) return false;
          if (count === 0) changes[isBehind ? 'behind' : 'before'] += 1;
          const isWanted = part === 'before' || isBehind;
          isBehind ||= call.kind === 'rename' && call.args[1] === marker;
          return isWanted;
        };
        faulty.plan = { fault: { kind: 'die' }, matches, at, lasting: true };
        const isDead = await Promise.race([
          crew.purge(session).then(() => false),
          faulty.death.then(() => true),
        ]);
        ended.abort();
        if (isDead) deaths += 1;
        else {
          // Those who work beside could still come to it.
          faulty.plan = undefined;
          await work;
          await session.close();
        }
        const label = `seed ${SEED}, death ${count} at change ${at} ${part} the marker, ${faulty.last}`;
        const isCertain = isDead && (await isThere(marker));
        await endBoot(root);
        // What waits in this process for the dead one knows the store by its path.
        const before = root;
        root = join(folder, `workspace ${count + 1}`);
        await rename(before, root);
        const next = await openSession(root);
        const { gone, going } = crew;
        const standing = isCertain ? { gone: [...gone, ...going], going: [] } : { gone, going };
        expect(await findWrong(next, crew.noted, standing), label).toEqual([]);
        expect(await isThere(toMarker(root)), label).toBe(false);
        if (isCertain) {
          finished += 1;
          const places = await findOnDisk(join(root, '.cellar'), going);
          // Files that came in while it was under way are for the next one.
          expect(
            places.filter((place) => !place.includes('artifacts')),
            label,
          ).toEqual([]);
        }
        await proveGone(next, crew, label);
        await next.close();
        expect(crew.failures, label).toEqual([]);
      }
      console.log(
        `purge: ${deaths} deaths among ${changes.before + changes.behind} changes, ${finished} finished by the next opening, ${crew.noted.length} facts, seed ${SEED}`,
      );
      expect(deaths).toBeGreaterThan(PURGES / 2);
    });
  });
});

/** Long work on git's objects gives way to a purge, and is done later. */
function isEndedByPurge(error: unknown): boolean {
  return error instanceof CellarError && error.code === 'store_busy';
}

function toMarker(root: string): string {
  return join(root, '.cellar', 'state', 'purge.json');
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
