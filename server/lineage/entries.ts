import type { KeptLink } from '../external/links.js';
import type { RunRow } from '../store/catalog/rows.js';
import { isWithin } from '../tracking/run-files.js';
import type { KnownFile } from './files.js';

/** The own id of what a link leads to: "REGISTRY/NAME", "REGISTRY/NAME/VERSION", or "/ADDRESS", each part percent-encoded. */
export function toEntryId({
  registry,
  entry,
  address,
  version,
}: Pick<KeptLink, 'registry' | 'entry' | 'address' | 'version'>): string {
  if (registry === null) return `/${encodeURIComponent(address)}`;
  const own = `${registry}/${encodeURIComponent(entry)}`;
  return version === null ? own : `${own}/${encodeURIComponent(version)}`;
}

/** The one file of a run that a link is of; undefined where it is of a folder, or of the run as a whole. */
export function fileOfLink(
  { artifacts }: Pick<RunRow, 'artifacts'>,
  { of }: Pick<KeptLink, 'of'>,
): KnownFile | undefined {
  if (of.kind !== 'run' || of.path === '') return undefined;
  const [file, other] = artifacts.filter((each) => isWithin(each, of.path));
  return other === undefined ? file : undefined;
}
