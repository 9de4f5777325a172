import { join } from 'node:path';

import { collect } from '../../server/history/gc.js';
import { importKey } from '../../server/history/import-paths.js';
import { importGit } from '../../server/history/import.js';
import { backUp } from '../../server/store/backup/back-up.js';
import type { ImportSource } from './import-source.js';
import type { Act, Stage } from './stage.js';

/** Where the acts put their backups, within the workspace: so they are on the disk that is recorded and fails. */
export const BACKUP = 'backup';
/** Of so many collections one thins automatic snapshots out, so that the others have some left to lose. */
const BETWEEN_THINNINGS = 4;

export interface LongActOptions {
  /** Repositories to import, one a turn. */
  readonly sources: readonly ImportSource[];
  /** What git writes itself passes a disk of the tests by: without it Cellar packs by its own hand. */
  readonly git: boolean;
}

const never = (): AbortSignal => new AbortController().signal;

/** Packs what is loose, as the server does in the background. */
export function packAct({ git }: Pick<LongActOptions, 'git'>): Act {
  return {
    name: git ? 'pack by git' : 'pack',
    play: async ({ session }) => {
      const pack = (): Promise<void> => session.history.store.repository.pack(never());
      await (git ? pack() : withoutGit(pack));
    },
  };
}

/** What takes long and goes through all of a store: packing, collecting, backing up, importing. */
export function longActs({ sources, git }: LongActOptions): readonly Act[] {
  return [
    packAct({ git }),
    { name: 'collect', play: thinOut },
    {
      name: 'back up',
      play: async (stage) => {
        const { store } = stage.session.history;
        const through = store.lastNumber();
        const folder = join(store.places.root, BACKUP);
        const { damages } = await backUp(store, { folder });
        if (damages.length > 0) throw new Error(`damaged: ${JSON.stringify(damages)}`);
        stage.note({ kind: 'backup', through });
      },
    },
    {
      name: 'import',
      play: async (stage) => {
        const source = sources[stage.turn % sources.length];
        if (source !== undefined) await bringIn(stage, source);
      },
    },
  ];
}

async function thinOut(stage: Stage): Promise<void> {
  const { session, turn } = stage;
  const all = turn % BETWEEN_THINNINGS === 0 ? 0 : 7;
  const retention = { off: false, all, hourly: 30, daily: null };
  const options = { retention, grace: 7, signal: never() };
  const { snapshots } = await collect(session.history, { ...options, dryRun: true });
  const thinned = snapshots.days.flatMap((day) => day.snapshots);
  for (const snapshot of thinned) stage.note({ kind: 'going', snapshot });
  await collect(session.history, { ...options, dryRun: false });
  for (const snapshot of thinned) stage.note({ kind: 'gone', snapshot });
}

async function bringIn(stage: Stage, source: ImportSource): Promise<void> {
  const { history } = stage.session;
  const wants = (): Promise<boolean> => Promise.resolve(true);
  await importGit(history, { folder: source.folder, wants });
  for (const { commit, path, sha256 } of source.states) {
    const row = await history.store.catalog.findSnapshotByKey(importKey(commit, path));
    if (row === undefined) throw new Error(`${path} at ${commit} was not brought in`);
    stage.note({ kind: 'snapshot', id: row.id, notebook: row.notebook, sha256 });
  }
}

/** As on a machine that has no git. */
async function withoutGit(work: () => Promise<void>): Promise<void> {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    await work();
  } finally {
    process.env['PATH'] = path;
  }
}
