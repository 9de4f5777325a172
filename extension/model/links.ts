import type { Link } from '../../contract/external.js';
import type { Registration } from '../../contract/models.js';
import type { Artifact } from '../../contract/snapshot.js';
import type { ExternalClient } from '../client/external.js';
import type { EventSource } from './following.js';
import { KnownList } from './known-list.js';
import { findRegistered } from './registrations.js';

export interface LinksState {
  /** Those that lead to something, oldest first. */
  readonly links: readonly Link[];
}

/** What is linked to registries elsewhere, for lists of versions and files; it follows the server. A server that is away leaves what was known. */
export class LinksModel extends KnownList<LinksState> {
  constructor(source: EventSource, client: Pick<ExternalClient, 'links'>) {
    super(source, ['links', 'workspace', 'purged'], {
      none: { links: [] },
      ask: async () => {
        const { links } = await client.links();
        return { links: links.filter(({ state }) => state === 'linked') };
      },
    });
  }
}

/** Where what is linked is looked up. */
export interface LinkedAll extends LinksState {
  readonly registrations: readonly Registration[];
}

/** The links of a file of a run: its own, those of a folder that it is in, and those of the versions that it was registered in. */
export function findLinks(
  { links, registrations }: LinkedAll,
  file: Pick<Artifact, 'run' | 'sha256' | 'name'>,
): readonly Link[] {
  const versions = findRegistered(registrations, file);
  return links.filter(({ of }) => {
    switch (of.kind) {
      case 'run':
        return of.run === file.run && of.path !== '' && `${file.name}/`.startsWith(`${of.path}/`);
      case 'version':
        return versions.some(({ name, version }) => name === of.name && version === of.version);
      case 'model':
        return false;
    }
  });
}

/** The links of these runs that are of none of these files: of a run as a whole, or of a model that it has logged. */
export function findOtherLinks(
  all: LinkedAll,
  {
    runs,
    artifacts,
  }: {
    readonly runs: readonly { readonly id: string }[];
    readonly artifacts: readonly Pick<Artifact, 'run' | 'sha256' | 'name'>[];
  },
): readonly Link[] {
  if (all.links.length === 0) return [];
  const shown = new Set(artifacts.flatMap((artifact) => findLinks(all, artifact)));
  const ids = new Set(runs.map(({ id }) => id));
  return all.links.filter((link) => ids.has(link.run) && !shown.has(link));
}
