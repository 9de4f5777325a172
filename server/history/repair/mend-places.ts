import { join } from 'node:path';

import { makeFolder, syncFolder, writeDurable } from '../../store/disk/durable.js';
import { inspectJournal } from '../../store/journal/inspect-journal.js';
import { toFinding, type Finding } from '../finding.js';
import { addLosses } from '../losses.js';
import { LFS_LINK } from '../verify-places.js';
import type { Mending } from './mending.js';

const CONFIG = '[core]\n\trepositoryformatversion = 0\n\tfilemode = false\n\tbare = true\n';

/** Puts the way for git-lfs and git's settings of the store right, where they were found wrong. */
export async function mendPlaces(
  { history, aside, note }: Mending,
  findings: readonly Finding[],
): Promise<void> {
  const { places, disk } = history.store;
  for (const { file, reason } of findings) {
    if (file === 'store.git/lfs/objects') {
      await aside.move(file, reason);
      await makeFolder(join(places.git, 'lfs'), disk);
      await disk.symlink(LFS_LINK, join(places.git, 'lfs', 'objects'), 'dir');
      await syncFolder(join(places.git, 'lfs'), disk);
      note('the link by which git-lfs finds files', 'it was made anew');
    } else if (file === 'store.git/config') {
      await aside.move(file, reason);
      await writeDurable(join(places.git, 'config'), CONFIG, undefined, disk);
      note("git's settings of the store", 'they were made anew; what else they held is put aside');
    }
  }
}

/** Puts files of the journal aside in which records are damaged, or were when it was opened; gives those that are lost. */
export async function mendJournal({ history, aside, note }: Mending): Promise<readonly Finding[]> {
  const { places, disk, journal } = history.store;
  const { damaged } = await inspectJournal(places.journal, disk);
  const held = new Set(journal.pending(0).map(({ number }) => number));
  const lost = damaged.flatMap(({ name, records }) =>
    records
      .filter((record) => !held.has(Number(/^record (\d+)/.exec(record)?.[1])))
      .map((record) =>
        toFinding({
          what: `${record} of journal/${name}`,
          reason: 'its bytes are not what was written, and nothing else has it',
          kind: 'journal',
        }),
      ),
  );
  // Before the files go that say so.
  await addLosses(history.store, lost);
  for (const { name, records } of damaged) {
    const isAside = name.includes('.damaged');
    const reason = `${records.join(', ')} cannot be read`;
    // One that is in use holds others too: it goes once all is in git.
    if (isAside) await aside.move(`journal/${name}`, reason);
    else await aside.copy(`journal/${name}`, reason);
    note(
      `journal/${name}`,
      isAside ? 'it was put aside' : 'what is in memory of it is put into git',
    );
  }
  return lost;
}
