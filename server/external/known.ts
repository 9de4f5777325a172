import type { ExternalEntry, Known } from '../../contract/external.js';
import type { ExternalVersion } from './registry.js';

/** What a registry says of an entry, and of the version that is linked: of that one where one is. */
export function toKnown(
  at: number,
  {
    entry,
    version,
    one,
  }: {
    readonly entry: ExternalEntry | undefined;
    readonly version: string | null;
    readonly one: ExternalVersion | undefined;
  },
): Known {
  const words = version === null ? entry : one;
  const { aliases = [], newest = '' } = entry ?? {};
  return {
    at,
    exists: words !== undefined,
    description: words?.description ?? '',
    tags: (words?.tags ?? []).map(({ name, value }) => ({ name, value })),
    updated: words?.updated ?? 0,
    aliases: aliases
      .filter((alias) => version === null || alias.version === version)
      .map((alias) => ({ ...alias })),
    stage: one?.stage ?? '',
    stands: one?.stands ?? '',
    newest,
  };
}

/** Whether it is still so; of what is gone nothing else is known. */
export function isSameKnown(before: Known | null, now: Known): boolean {
  if (before === null) return false;
  if (!now.exists) return !before.exists;
  return toText(before) === toText(now);
}

/** In one order, whatever the registry's. */
function toText({ at: _, tags, aliases, ...known }: Known): string {
  const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
    a.name < b.name ? -1 : 1;
  return JSON.stringify([
    Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1)),
    tags.toSorted(byName).map(({ name, value }) => [name, value]),
    aliases.toSorted(byName).map(({ name, version }) => [name, version]),
  ]);
}
