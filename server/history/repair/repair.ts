import type { Progress } from '../../../contract/progress.js';
import type { Verified } from '../../../contract/upkeep.js';
import { CellarError } from '../../errors.js';
import { openAside, type Aside } from '../../store/aside.js';
import { repairMarkerPath } from '../../store/condition.js';
import { MAIN } from '../../store/create.js';
import { syncFolder, writeDurable } from '../../store/disk/durable.js';
import { alone } from '../../store/git/turns.js';
import { findSealedThrough } from '../../store/journal/sealed.js';
import type { MendingParts, Store } from '../../store/store.js';
import { clearStaleLocks } from '../../store/sweep.js';
import { catchUp } from '../catch-up.js';
import type { Finding } from '../finding.js';
import type { History } from '../history.js';
import { addLosses, readLosses } from '../losses.js';
import { refsOf } from '../passed-over.js';
import { commitToMain } from '../seal.js';
import { compareCatalog, type CatalogFound } from '../verify-catalog.js';
import { examine, toLostTest, toVerified, type Examined } from '../verify.js';
import { cutLines } from './cut-lines.js';
import { findLostRecords } from './lost-records.js';
import { mendArtifacts } from './mend-artifacts.js';
import { mendFiles } from './mend-files.js';
import { mendJournal, mendPlaces } from './mend-places.js';
import { mendRefs } from './mend-refs.js';
import { mendTip } from './mend-tip.js';
import { Pool, type Mending } from './mending.js';
import { keepVersions, planRescue, restateNotebooks, restateRows } from './rescue.js';
import { findUnread, restoreObjects } from './restore-objects.js';

/**
 * Mends what can be mended, and says what is lost. Nothing is ever deleted: what is replaced is put aside. Ended anywhere, a second one
 * goes on. Throws what keeps the store from being written, and store_damaged where main cannot be brought back.
 */
export function repairStore(history: History, options: RepairOptions = {}): Promise<Verified> {
  const { store } = history;
  return store.mend((parts) =>
    // What packs objects must not come in between.
    alone(store.places.git, () => new Repair(history, parts, options).run()),
  );
}

export interface RepairOptions {
  /** Absolute paths of backups and clones of the store, out of which copies may be taken. */
  readonly from?: readonly string[];
  readonly report?: (progress: Progress) => void;
  /** Ends it until it begins to change something. */
  readonly signal?: AbortSignal;
}

class Repair {
  private readonly mended: { what: string; how: string }[] = [];
  private readonly lost: Finding[] = [];
  private readonly aside: Aside;
  private readonly store: Store;
  private readonly report: (progress: Progress) => void;

  constructor(
    private readonly history: History,
    private readonly parts: MendingParts,
    private readonly options: RepairOptions,
  ) {
    this.store = history.store;
    this.report = options.report ?? (() => undefined);
    const { places, disk } = history.store;
    this.aside = openAside(places, disk, () => history.store.now());
  }

  async run(): Promise<Verified> {
    const pool = new Pool();
    const { report } = this;
    const { signal = new AbortController().signal } = this.options;
    const before = await examine(this.history, { report, signal, visit: pool.visit, alone: true });
    const known = await readLosses(this.store);
    const isKnown = toLostTest(known);
    const isBegun = this.store.damage !== undefined;
    // What is known to be lost is looked for again: its bytes may be back in the workspace, or in a backup that is named now.
    if (!isBegun && before.findings.length === 0) return this.tell(toVerified(before, known));
    await this.begin();
    // From here on it is gone on with to the end: what was begun would else be damage of another kind.
    const mending = this.toMending(before, pool);
    await this.mendObjects(mending, before);
    await this.parts.recheck();
    if (this.store.damage !== undefined) throw toUnmended(this.store.damage);
    await this.mendFacts(mending, before);
    const after = await examine(this.history, { report, signal: mending.signal, alone: true });
    // Whatever is missing still is lost: there is nowhere else to look.
    const said = new Set(this.lost.flatMap(({ objects }) => objects));
    this.lost.push(
      ...after.findings.filter(
        (found) =>
          MISSED.has(found.kind) &&
          !isKnown(found) &&
          (found.objects.length === 0 || !found.objects.every((each) => said.has(each))),
      ),
    );
    await addLosses(this.store, this.lost);
    await this.end();
    return this.tell(toVerified(after, await readLosses(this.store)));
  }

  private tell(verified: Verified): Verified {
    const lost = this.lost.map(({ objects: _, ...told }) => told);
    return {
      ...verified,
      repaired: { mended: this.mended, lost, aside: this.aside.folder ?? null },
    };
  }

  private toMending({ git }: Examined, pool: Pool): Mending {
    return {
      history: this.history,
      repository: this.parts.repository,
      aside: this.aside,
      sound: git.survey.sound,
      pool,
      from: this.options.from ?? [],
      signal: new AbortController().signal,
      report: this.report,
      note: (what, how) => void this.mended.push({ what, how }),
    };
  }

  /** Objects and refs: afterwards main can be read and built on. */
  private async mendObjects(mending: Mending, { git, catalog, rows }: Examined): Promise<void> {
    const { position, snapshots } = catalog.live;
    const needed = new Set([
      ...git.unread.keys(),
      ...rows.flatMap(({ commit, blob }) => [commit, blob]),
    ]);
    await mendFiles(mending, git.survey.damaged, (oid) => needed.has(oid));
    const heads = [
      ...git.refs.refs.flatMap(({ ref, oid }) => (oid === undefined ? [] : [[ref, oid] as const])),
      ...refsOf(position).map((ref) => [ref, position[ref] ?? ''] as const),
    ];
    await restoreObjects(mending, heads, rows);
    await mendRefs(mending, git.refs, { position, rows: snapshots });
    const unread = await findUnread(mending, await mending.repository.listRefs('refs/'));
    await cutLines(mending, unread);
    await mendTip(mending);
  }

  /** What main, the journal, the files and the catalog say. */
  private async mendFacts(mending: Mending, before: Examined): Promise<void> {
    await mendPlaces(mending, before.findings);
    const missing = await mendArtifacts(mending, before.artifacts.damaged, {
      owners: [before.catalog.live, before.catalog.fresh].flatMap(({ runs, entries }) => [
        ...runs,
        ...entries,
      ]),
      pointed: before.git.pointed,
    });
    // Said here, since one that no run names yet is missed by nobody once it has been put aside.
    const isKnown = toLostTest(await readLosses(this.store));
    this.lost.push(
      ...before.findings.filter(
        (found) =>
          found.kind === 'artifact' &&
          found.objects.some((each) => missing.has(each)) &&
          !isKnown(found),
      ),
    );
    this.lost.push(...(await mendJournal(mending)));
    const found = await compareCatalog(this.history, this.report, true);
    const sealed = await this.findSealed();
    const plan = planRescue(found, mending, { isGitDamaged: before.isGitDamaged, sealed });
    const pending = this.store.journal.pending(0)[0]?.number;
    this.lost.push(
      ...plan.lost,
      ...findLostRecords(found, { sealed, pending, sound: mending.sound }),
    );
    // Before the catalog, which alone knows of them, is made anew.
    await addLosses(this.store, this.lost);
    await keepVersions(mending, plan.versions);
    await restateNotebooks(mending, plan.notebooks);
    const edits = await restateRows(mending, plan);
    const isUnsealed = this.store.journal.pending(0).length > 0;
    if (edits.length + plan.versions.length > 0 || isUnsealed || sealed < this.store.lastNumber())
      await commitToMain(this.history, { edits, facts: this.toFacts() }, () => ({}));
    await this.renewCatalog(found);
  }

  private async findSealed(): Promise<number> {
    const { repository } = this.parts;
    return findSealedThrough(repository, await repository.findRef(MAIN));
  }

  private toFacts(): Parameters<typeof commitToMain>[1]['facts'] {
    return {
      author: this.store.author,
      time: this.store.now(),
      subject: 'Repair the store',
      trailers: new Map(),
    };
  }

  /** Rows that it had and that are to be had no more are put aside with the rest. */
  private async renewCatalog({ live, differences }: CatalogFound): Promise<void> {
    await catchUp(this.history, { fresh: true });
    await this.store.catalog.flush().catch(this.store.report);
    const changed = differences.filter(({ kind }) => kind !== 'missing');
    if (differences.length === 0) return;
    const lines = changed.flatMap(({ collection, id }) => {
      const row = live[collection].find((each) => each.id === id);
      return row === undefined ? [] : [`${JSON.stringify({ collection, row })}\n`];
    });
    if (lines.length > 0)
      await this.aside.write('catalog-rows.ndjson', lines.join(''), 'the catalog was made anew');
    this.mended.push({ what: 'the catalog', how: 'it was made anew from git and the journal' });
  }

  /** While this is there a store is not written, and its catalog stays the witness of what was. */
  private async begin(): Promise<void> {
    const text = `${JSON.stringify({ format: 1, begun: new Date(this.store.now()).toISOString() })}\n`;
    await writeDurable(repairMarkerPath(this.store.places), text, 0o600, this.store.disk);
    // At the opening of a damaged store nobody did.
    await clearStaleLocks(this.store.places.git, this.store.disk);
  }

  private async end(): Promise<void> {
    const { places, disk } = this.store;
    await disk.rm(repairMarkerPath(places), { force: true });
    await syncFolder(places.state, disk);
  }
}

/** What is found of these after a repair is lost; anything else is still damage. */
const MISSED: ReadonlySet<Finding['kind']> = new Set([
  'object',
  'pack',
  'artifact',
  'ref',
  'journal',
]);

function toUnmended({ message, facts }: CellarError): CellarError {
  return new CellarError(
    'store_damaged',
    `What main leads to could not be mended. ${message} Run the repair with --from and a backup or a clone of the store, or bring the store back from a backup (see docs/backup.md).`,
    facts,
  );
}
