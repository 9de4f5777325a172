import type { Known } from '../../contract/external.js';
import { CellarError } from '../errors.js';
import type { History } from '../history/history.js';
import type { KeptLink } from './links.js';
import { findOwnFiles, findProvenance } from './own.js';
import type { ExternalRegistry } from './registry.js';

const SNAPSHOT_TAG = 'cellar.snapshot';

/**
 * A run may be registered elsewhere before the snapshot is taken that claims it: what leads back from there to its version and cell is
 * put there once that is known. False where nothing was to be done.
 */
export async function completeBackLinks(
  history: History,
  opened: ExternalRegistry,
  link: KeptLink,
  { known, base }: { readonly known: Known; readonly base: string | undefined },
): Promise<boolean> {
  const find = (wanted: string): string | undefined =>
    known.tags.find(({ name }) => name === wanted)?.value;
  // Only what was registered from here is ours to write to.
  if (!known.exists || link.version === null || find('cellar.link') !== link.id) return false;
  if (find(SNAPSHOT_TAG) !== undefined) return false;
  const found = await findOwnFiles(history.store, link.of).catch((error: unknown) => {
    // What was registered may be gone here by now.
    if (error instanceof CellarError) return undefined;
    throw error;
  });
  const run = found?.run;
  if (run === undefined || run.snapshot === null) return false;
  const before = await findProvenance(history.store, { ...run, snapshot: null }, base);
  const now = await findProvenance(history.store, run, base);
  // What a person has written there stays.
  const isOurs = known.description.endsWith(before.words);
  const description = `${known.description.slice(0, -before.words.length)}${now.words}`;
  await opened.describe(link.entry, link.version, {
    tags: now.tags,
    ...(isOurs ? { description } : {}),
  });
  return true;
}
