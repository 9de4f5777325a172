import { isErrno } from '../errors.js';
import { MAIN } from './create.js';
import type { Disk } from './disk/disk.js';
import { findNetwork } from './disk/file-system.js';
import type { Repository } from './git/repository.js';
import { guardJournal, type Guard } from './guarded.js';
import { openJournalFolder } from './journal/journal-folder.js';
import { toReadOnlyJournal, type Journal } from './journal/journal.js';
import { findSealedThrough } from './journal/sealed.js';
import type { Places } from './places.js';
import type { Ownership, StoreOptions } from './store.js';

/** Says once that a store is where not everything is up to this machine. */
export async function warnOfNetwork(
  { cellar }: Places,
  disk: Disk,
  report: StoreOptions['report'],
): Promise<void> {
  const network = await findNetwork(cellar, disk);
  if (network === undefined) return;
  report(
    `${cellar} is on ${network}: what survives the loss of power is up to it, and the store must be used from one machine at a time. See docs/store.md.`,
  );
}

/** A catalog is its owner's alone: for others, who may read the store, it is made from git for as long as they need it. */
export function whereAllowed(report: StoreOptions['report']): StoreOptions['report'] {
  return (error) => {
    if (error instanceof Error && isErrno(error.cause, 'EACCES', 'EPERM')) return;
    report(error);
  };
}

/** The journal without what is in git already, and the number through which it is. */
export async function openJournal(
  places: Places,
  repository: Repository,
  options: StoreOptions & {
    readonly disk: Disk;
    readonly ownership: Ownership;
    readonly findGuard: () => Guard | undefined;
  },
): Promise<{ readonly journal: Journal; readonly sealed: number }> {
  const { disk, ownership, report } = options;
  const readOnly = ownership.kind === 'refused';
  const journal = await openJournalFolder(places.journal, {
    disk,
    report,
    readOnly,
    ...(readOnly ? {} : { guard: ownership.lock.check }),
  });
  // Where no commit can say it, all is replayed and sealed once more, which changes nothing.
  const sealed = await findSealedThrough(repository, await repository.findRef(MAIN)).catch(
    (error: unknown) => {
      report(error);
      return 0;
    },
  );
  if (readOnly) return { journal: toReadOnlyJournal(journal, ownership.reason, sealed), sealed };
  const guarded = guardJournal(journal, options.findGuard);
  if (options.findGuard() === undefined) await journal.seal(sealed).catch(report);
  return { journal: guarded, sealed };
}
