import { join } from 'node:path';

import { CellarError, isErrno } from '../errors.js';
import { MAIN } from '../store/create.js';
import { readFormat } from '../store/format.js';
import { inspectJournal } from '../store/journal/inspect-journal.js';
import type { Store } from '../store/store.js';
import { toFinding, type Finding } from './finding.js';
import { inspectSecretFiles } from './secret-key.js';

/** Where git-lfs finds the files: from `store.git/lfs`. */
export const LFS_LINK = join('..', '..', 'artifacts', 'sha256');
/** What git itself needs to know of the store. */
const CONFIG = /^\s*bare\s*=\s*true\s*$/m;

/** What the files about secrets are, in words. */
const SECRET_FILES: Readonly<Record<string, string>> = {
  'secrets.key': 'the key of secrets',
  'purged.json': 'what was purged',
};

/** Looks at the files that there are one of: the format, the way for git-lfs, git's own settings, the key of secrets. */
export async function verifyPlaces(store: Store): Promise<readonly Finding[]> {
  const { places, disk } = store;
  const found: Finding[] = [];
  if (store.damage === undefined)
    await readFormat(store.repository, MAIN).catch((error: unknown) => {
      if (!(error instanceof CellarError)) throw error;
      found.push(toFinding({ what: 'the format', reason: error.message, kind: 'format' }));
    });
  const link = await disk.readlink(join(places.git, 'lfs', 'objects')).catch(toAbsent);
  if (link !== LFS_LINK)
    found.push(
      toFinding({
        what: 'the link by which git-lfs finds files',
        reason: link === undefined ? 'it is missing' : `it leads to ${link}`,
        kind: 'link',
        file: 'store.git/lfs/objects',
      }),
    );
  const config = await disk.readFile(join(places.git, 'config'), 'utf8').catch(toAbsent);
  if (config === undefined || !CONFIG.test(config))
    found.push(
      toFinding({
        what: "git's settings of the store",
        reason: 'they do not say that it is a bare repository',
        kind: 'format',
        file: 'store.git/config',
      }),
    );
  for (const { name, reason } of await inspectSecretFiles(store))
    found.push(
      toFinding({ what: SECRET_FILES[name] ?? name, reason, kind: 'state', file: `state/${name}` }),
    );
  return found;
}

/** Looks at every record of the journal: on the disk, and what of it is in memory alone. */
export async function verifyJournal({ journal, places, disk }: Store): Promise<readonly Finding[]> {
  await journal.settle();
  const before = journal.pending(0).map(({ number }) => number);
  const { numbers, damaged } = await inspectJournal(places.journal, disk);
  const found = damaged.flatMap(({ name, records }) =>
    records.map((record) =>
      toFinding({
        what: `${record} in journal/${name}`,
        reason: 'its bytes are not what was written',
        kind: 'journal',
        file: `journal/${name}`,
      }),
    ),
  );
  // What was sealed meanwhile is in git.
  const after = new Set(journal.pending(0).map(({ number }) => number));
  const away = before.filter((number) => !numbers.has(number) && after.has(number));
  if (away.length > 0)
    found.push(
      toFinding({
        what: `${away.length === 1 ? 'record' : 'records'} ${away.join(', ')} of the journal`,
        reason: 'no file holds it any more; it is in memory alone until it is put into git',
        kind: 'journal',
        file: 'journal',
      }),
    );
  return found;
}

function toAbsent(error: unknown): undefined {
  if (isErrno(error, 'ENOENT', 'EINVAL', 'ENOTDIR')) return undefined;
  throw error;
}
