import type { ExternalEntry, Known } from '../../contract/external.js';
import type { History } from '../history/history.js';
import type { Turns } from '../tracking/turns.js';
import { isSameKnown, toKnown } from './known.js';
import { changeLink, cleanKnown, type KeptLink } from './links.js';
import type { ExternalRegistry } from './registry.js';

/** An entry of a registry, or one of its versions. */
export interface Place {
  readonly entry: string;
  readonly version: string | null;
  readonly signal?: AbortSignal | undefined;
}

/** What a registry says of it now, as a link may keep it. `found` is the entry, where that was asked for already. */
export async function askKnown(
  history: History,
  opened: ExternalRegistry,
  { entry, version, signal }: Place,
  found?: ExternalEntry,
): Promise<Known> {
  const there = found ?? (await opened.findEntry(entry, signal));
  const one =
    there === undefined || version === null
      ? undefined
      : await opened.findVersion(entry, version, signal);
  return cleanKnown(history, toKnown(history.store.now(), { entry: there, version, one }));
}

/** Keeps what is known of a link, where that is something else than before. */
export function learn(history: History, turns: Turns, id: string, known: Known): Promise<KeptLink> {
  return changeLink(history, turns, id, (before) => {
    if (isSameKnown(before.known, known)) return undefined;
    // What is gone is shown as it was.
    const last = before.known ?? known;
    return { known: known.exists ? known : { ...last, at: known.at, exists: false } };
  });
}
