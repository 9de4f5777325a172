import type { RunRow } from '../store/catalog/rows.js';
import { isWithin } from '../tracking/run-files.js';
import type { LinkedVersion, Links } from './links.js';
import { findOriginPlace } from './version-place.js';

export interface KnownFile {
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
}

/** The files that a registered version is: of its logged model, else of its run; none where they are elsewhere. */
export function filesOfVersion(links: Links, { version }: LinkedVersion): readonly KnownFile[] {
  if (version.logged !== '') return links.model(version.logged)?.artifacts ?? [];
  const place = findOriginPlace(version);
  const run = place === undefined ? undefined : links.run(place.run);
  if (place === undefined || run === undefined) return [];
  return run.artifacts.filter((file) => place.path === '' || isWithin(file, place.path));
}

/** The one file of a run that a version is; undefined where it is a folder, or no run's. */
export function findOnlyFile(links: Links, linked: LinkedVersion): OwnedFile | undefined {
  if (linked.version.logged !== '') return undefined;
  const run = links.run(findOriginPlace(linked.version)?.run ?? '');
  const [file, other] = filesOfVersion(links, linked);
  return run === undefined || file === undefined || other !== undefined ? undefined : { run, file };
}

interface OwnedFile {
  readonly run: RunRow;
  readonly file: KnownFile;
}
