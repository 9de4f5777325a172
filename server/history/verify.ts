import type { Progress } from '../../contract/progress.js';
import type { Verified } from '../../contract/upkeep.js';
import { MAIN } from '../store/create.js';
import type { SnapshotRow } from '../store/catalog/rows.js';
import { findSealedThrough } from '../store/journal/sealed.js';
import type { Store } from '../store/store.js';
import { toFinding, type Finding } from './finding.js';
import type { History } from './history.js';
import { readLosses, type KnownLoss } from './losses.js';
import { verifyArtifacts, type ArtifactsFound } from './verify-artifacts.js';
import { compareCatalog, type CatalogFound } from './verify-catalog.js';
import { findConcerned, findRunsConcerned } from './verify-concerned.js';
import { toArtifactFindings, toCatalogFindings, toGitFindings } from './verify-findings.js';
import { examineGit, type ExamineOptions, type GitFound } from './verify-git.js';
import { verifyJournal, verifyPlaces } from './verify-places.js';
import { verifyTrail } from './verify-trail.js';

/** Everything that was found, for whoever mends it. */
export interface Examined {
  readonly git: GitFound;
  readonly catalog: CatalogFound;
  readonly artifacts: ArtifactsFound;
  /** Every version that git or, where git is damaged, the catalog knows. */
  readonly rows: readonly SnapshotRow[];
  /** Something of git is damaged: what it does not say may have been said there. */
  readonly isGitDamaged: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Reads everything that is kept: objects, refs, files, the journal and the catalog, each against its name or against what it is made
 * from. Nothing is changed; damage is a finding, not a failure.
 */
export async function verifyStore(
  history: History,
  report: (progress: Progress) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<Verified> {
  const examined = await examine(history, { report, signal });
  return toVerified(examined, await readLosses(history.store));
}

export async function examine(history: History, options: ExamineOptions): Promise<Examined> {
  const { store } = history;
  const { report } = options;
  const git = await examineGit(store, options);
  const catalog = await compareCatalog(history, report, options.alone);
  const isGitDamaged =
    store.damage !== undefined ||
    git.unread.size + git.refs.damaged.length + catalog.skipped.size > 0;
  const rows = listRows(catalog, isGitDamaged);
  const bad = findBad(git, rows);
  const concerned = bad.size === 0 ? new Map() : await findConcerned(store, rows, bad, report);
  const runs = new Map([...catalog.live.runs, ...catalog.fresh.runs].map((run) => [run.id, run]));
  const main = git.refs.refs.find(({ ref }) => ref === MAIN)?.oid;
  const hidden = await findRunsConcerned(store, runs.keys(), { main, bad });
  const entries = [...catalog.live.entries, ...catalog.fresh.entries];
  const owners = { runs: runs.values(), entries };
  const artifacts = await verifyArtifacts(store, owners, git.pointed, options);
  const sealed = await findSealedThrough(store.repository, await findMain(store)).catch(() => 0);
  const findings = [
    ...toGitFindings(git, { rows, bad, concerned, hidden, position: catalog.live.position }),
    ...toArtifactFindings(artifacts, rows),
    ...(await verifyJournal(store)),
    ...(await verifyPlaces(store)),
    ...(await verifyTrail(store)),
    ...toCatalogFindings(catalog, { isGitDamaged, sealed }),
  ];
  return { git, catalog, artifacts, rows, isGitDamaged, findings: orDamage(store, findings) };
}

/** A store that is refused for its damage is never called whole. */
function orDamage({ damage }: Store, findings: readonly Finding[]): readonly Finding[] {
  if (damage === undefined || findings.length > 0) return findings;
  return [toFinding({ what: MAIN, reason: damage.message, kind: 'ref' })];
}

function findMain({ repository }: Store): Promise<string | undefined> {
  return repository.findRef(MAIN).catch(() => undefined);
}

/** A version that only the catalog knows is believed where git may have lost it. */
function listRows({ live, fresh }: CatalogFound, isGitDamaged: boolean): readonly SnapshotRow[] {
  const rows = new Map(fresh.snapshots.map((row) => [row.id, row]));
  if (isGitDamaged) for (const row of live.snapshots) if (!rows.has(row.id)) rows.set(row.id, row);
  return [...rows.values()];
}

/** What cannot be read of what refs lead to, and of what versions are known to need. */
function findBad({ survey, unread }: GitFound, rows: readonly SnapshotRow[]): ReadonlySet<string> {
  const bad = new Set(unread.keys());
  for (const { commit, blob } of rows)
    for (const oid of [commit, blob]) if (!survey.sound.has(oid)) bad.add(oid);
  return bad;
}

/** What is told of it: what was lost before is no new damage. */
export function toVerified(examined: Examined, losses: readonly KnownLoss[]): Verified {
  const { git, artifacts, rows, findings } = examined;
  const isLost = toLostTest(losses);
  // Of a version that is lost as a whole nothing leads to its bytes any more.
  const stillLost = losses.filter(
    ({ kind, objects }) =>
      objects.length === 0 ||
      findings.some((found) => found.objects.some((oid) => objects.includes(oid))) ||
      (kind === 'object' && objects.some((oid) => !git.survey.sound.has(oid))),
  );
  const damages = findings.filter((found) => !isLost(found));
  const reading = rows.filter(({ blob }) => git.survey.sound.has(blob));
  const newest = new Map(
    [...rows].sort((a, b) => a.number - b.number).map((row) => [row.notebook, row]),
  );
  return {
    status: damages.length === 0 ? 'ok' : 'damaged',
    commits: git.commits,
    notebooks: newest.size,
    snapshots: rows.length,
    artifacts: artifacts.count,
    purged: [...artifacts.purged],
    reads: {
      notebooks: [...newest.values()].filter(({ blob }) => git.survey.sound.has(blob)).length,
      snapshots: reading.length,
      artifacts: artifacts.count - artifacts.damaged.length,
    },
    damages: damages.map(withoutObjects),
    lost: stillLost.map(withoutObjects),
  };
}

/** Whether an earlier repair has given a finding up, whole. */
export function toLostTest(losses: readonly KnownLoss[]): (found: Finding) => boolean {
  const objects = new Set(losses.flatMap((loss) => loss.objects));
  const words = new Set(losses.map(({ what }) => what));
  return (found) =>
    found.objects.length === 0
      ? words.has(found.what)
      : found.objects.every((oid) => objects.has(oid));
}

function withoutObjects<Found extends { readonly objects: unknown }>(
  found: Found,
): Omit<Found, 'objects'> {
  const { objects: _, ...told } = found;
  return told;
}
