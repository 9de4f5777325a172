import type { CatalogPosition, RunRow, SnapshotRow } from '../store/catalog/rows.js';
import type { DamagedFile } from '../store/git/survey.js';
import { describeUnread, findRunOf, toFinding, type Finding } from './finding.js';
import { refsOf } from './passed-over.js';
import type { ArtifactsFound } from './verify-artifacts.js';
import type { CatalogFound, Difference } from './verify-catalog.js';
import { toConcerned, type ConcernedBy } from './verify-concerned.js';
import type { GitFound } from './verify-git.js';

export interface GitContext {
  readonly rows: readonly SnapshotRow[];
  readonly bad: ReadonlySet<string>;
  readonly concerned: ConcernedBy;
  /** Runs by the bad object that hides them. */
  readonly hidden: ReadonlyMap<string, readonly string[]>;
  readonly position: CatalogPosition;
}

/** What is damaged of git's files, what is missing from them, and the refs that lead to nothing. */
export function toGitFindings(git: GitFound, context: GitContext): readonly Finding[] {
  const told = new Set<string>();
  const files = git.survey.damaged.map((file) => toFileFinding(file, git, context, told));
  const missing = [...context.bad]
    .filter((oid) => !told.has(oid))
    .map((oid) => toMissingFinding(oid, git, context));
  return [...files, ...missing, ...toRefFindings(git, context)];
}

/** One file, with all that no other file has whole; those are told here. */
function toFileFinding(
  { path, kind, oids, reason }: DamagedFile,
  { unread, survey }: GitFound,
  { bad, concerned, hidden }: GitContext,
  told: Set<string>,
): Finding {
  const lost = oids.filter((oid) => bad.has(oid));
  for (const oid of lost) told.add(oid);
  const elsewhere = oids.filter((oid) => survey.sound.has(oid)).length;
  const first = unread.get(lost[0] ?? '');
  const words =
    lost.length > 0
      ? kind === 'loose'
        ? reason
        : `${reason}; ${lost.length} of its objects cannot be read anywhere else`
      : elsewhere > 0 || oids.length === 0
        ? `${reason}; all that is needed of it can be read`
        : `${reason}; nothing leads to it`;
  return toFinding({
    what: kind === 'loose' && first !== undefined ? describeUnread(first) : `store.git/${path}`,
    reason: words,
    kind: kind === 'loose' ? 'object' : 'pack',
    file: `store.git/${path}`,
    objects: lost,
    concerned: lost.flatMap((oid) => concerned.get(oid) ?? []),
    runs: lost.flatMap((oid) => [
      ...[findRunOf(unread.get(oid)?.path ?? '') ?? []].flat(),
      ...(hidden.get(oid) ?? []),
    ]),
  });
}

function toMissingFinding(
  oid: string,
  { unread, refs }: GitFound,
  { rows, concerned, hidden }: GitContext,
): Finding {
  const found = unread.get(oid);
  const row = rows.find(({ commit, blob }) => commit === oid || blob === oid);
  const isLoose = refs.refs.find(({ ref }) => ref === found?.ref)?.isLoose ?? true;
  const isTip = found?.kind === 'commit' && found.commit === undefined;
  const what =
    found !== undefined
      ? describeUnread(found)
      : `${row?.commit === oid ? 'the commit' : 'the notebook'} of version ${row?.id ?? ''}`;
  return toFinding({
    what,
    reason: isTip ? `it leads to ${oid}, which is missing` : `object ${oid} is missing`,
    kind: isTip ? 'ref' : 'object',
    ...(isTip ? { file: `store.git/${isLoose ? found.ref : 'packed-refs'}` } : {}),
    objects: [oid],
    concerned: concerned.get(oid) ?? [],
    runs: [...[findRunOf(found?.path ?? '') ?? []].flat(), ...(hidden.get(oid) ?? [])],
  });
}

function toRefFindings({ refs }: GitFound, { position }: GitContext): readonly Finding[] {
  const known = new Set(refs.refs.map(({ ref }) => ref));
  return [
    ...refs.damaged.map(({ path, reason }) =>
      toFinding({ what: path, reason, kind: 'ref', file: `store.git/${path}` }),
    ),
    ...refsOf(position)
      .filter((ref) => !known.has(ref))
      .map((ref) =>
        toFinding({
          what: ref,
          reason: `it is gone; it led to ${position[ref] ?? ''}`,
          kind: 'ref',
        }),
      ),
  ];
}

export function toArtifactFindings(
  { damaged }: ArtifactsFound,
  rows: readonly SnapshotRow[],
): readonly Finding[] {
  return damaged.map(({ sha256, name, reason, isMissing, runs }) =>
    toFinding({
      what: `file ${name} ${sha256}`,
      reason,
      kind: 'artifact',
      ...(isMissing
        ? {}
        : { file: `artifacts/sha256/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}` }),
      objects: [sha256],
      concerned: rows
        .filter((row) => row.runs.some((run) => runs.includes(run)))
        .map((row) => toConcerned(row, true)),
      runs,
    }),
  );
}

/**
 * What the catalog says otherwise than git and the journal. Where git is damaged it is no judge of what it does not say: a row that only
 * the catalog has is then what is left of it.
 */
export function toCatalogFindings(
  { live, fresh, differences, skipped }: CatalogFound,
  { isGitDamaged, sealed }: { readonly isGitDamaged: boolean; readonly sealed: number },
): readonly Finding[] {
  const rows = new Map([...live.snapshots, ...fresh.snapshots].map((row) => [row.id, row]));
  const isJudged = ({ collection, id, kind }: Difference): boolean => {
    if (!isGitDamaged) return true;
    if (collection !== 'snapshots' || kind === 'extra') return false;
    return kind === 'missing' || !skipped.has(rows.get(id)?.commit ?? '');
  };
  const ahead = new Set(listAhead({ live, fresh }).map(({ id }) => id));
  return differences.filter(isJudged).map((found) => {
    const row = found.collection === 'snapshots' ? rows.get(found.id) : undefined;
    const isAhead =
      found.collection === 'runs' && found.kind === 'different' && ahead.has(found.id);
    const isUnsealed = isAhead || (found.kind === 'extra' && found.number > sealed);
    return toFinding({
      what: `catalog: ${WORDS[found.collection]} ${found.id}`,
      reason: isAhead
        ? 'records of the journal, which it came from, are gone'
        : isUnsealed
          ? `record ${found.number} of the journal, which it came from, is gone`
          : toReason(found),
      kind: isUnsealed ? 'journal' : 'catalog',
      concerned: row === undefined ? [] : [toConcerned(row, true)],
      runs: found.collection === 'runs' ? [found.id] : [],
    });
  });
}

/** Runs of which the catalog knows later points than git and the journal: these have lost them, since nobody else makes any. */
export function listAhead({
  live,
  fresh,
}: Pick<CatalogFound, 'live' | 'fresh'>): readonly RunRow[] {
  const ends = new Map(fresh.runs.map(({ id, end }) => [id, end]));
  return live.runs.filter(({ id, end }) => end > (ends.get(id) ?? Infinity));
}

const WORDS: Readonly<Record<Difference['collection'], string>> = {
  notebooks: 'notebook',
  snapshots: 'version',
  runs: 'run',
  pins: 'the pin of version',
  expired: 'the end of version',
  entries: 'entry',
};

function toReason({ kind, fields }: Difference): string {
  if (kind === 'missing') return 'git has it and the catalog does not';
  if (kind === 'extra') return 'the catalog has it, and neither git nor the journal does';
  return `git and the catalog differ in ${fields.join(', ')}`;
}
