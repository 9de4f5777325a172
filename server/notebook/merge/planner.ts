import type { Decision, MergeReason } from '../../../contract/merge.js';
import { equalJson } from '../json.js';
import { isNotebookNoise } from '../metadata.js';
import type { Notebook } from '../notebook.js';
import type { Decide, Verdict } from './content.js';
import { mergeContent } from './content.js';
import { isEdited, saysTheSame } from './edited.js';
import type { Order, Placing } from './order.js';
import { orderCells } from './order.js';
import type { CellPlan, MergePlan, Presence, ValuePlan, Version, Versions } from './plan.js';
import type { SideCell } from './side.js';
import { toSideCells } from './side.js';
import type { Quarrel, Unit } from './units.js';
import { toUnits } from './units.js';
import type { ValueRules } from './values.js';
import { mergeValues } from './values.js';

type Stands = Presence['stands'];

/** Decides how three notebooks merge: each cell in turn, in the order of the merged notebook. */
export class Planner {
  private readonly decisions: Decision[] = [];
  private readonly sides: Versions<readonly SideCell[]>;

  constructor(private readonly notebooks: Versions<Notebook>) {
    const { base, local, remote } = notebooks;
    this.sides = {
      base: toSideCells(base),
      local: toSideCells(local),
      remote: toSideCells(remote),
    };
  }

  plan(): MergePlan {
    const { notebooks } = this;
    const metadata = this.mergeMetadata();
    const order = orderCells(toUnits(this.sides));
    const quarrels = new Map<Quarrel, string>();
    const contended = findContended(order.cells);
    const cells = order.cells.map((unit) => this.planCell(unit, { order, contended, quarrels }));
    const merged = new Map<string, number>();
    for (const { key, presence } of cells)
      if (presence.stands[presence.take]) merged.set(key, merged.size);
    return {
      ...notebooks,
      minor: toMinor(notebooks),
      cells,
      metadata,
      rest: this.mergeRest(),
      decisions: this.decisions.map((decision) =>
        decision.cell === undefined
          ? decision
          : { ...decision, merged: merged.get(decision.cell) ?? null },
      ),
    };
  }

  private planCell(unit: Unit, { order, contended, quarrels }: PlaceOf): CellPlan {
    const { base, local, remote, quarrel } = unit;
    const key = base !== null ? `b${base}` : local !== null ? `l${local}` : `r${remote ?? 0}`;
    const own: string[] = [];
    const decide: Decide = (verdict) => {
      const at = verdict.path ?? (verdict.chunk === undefined ? undefined : `${verdict.chunk}`);
      const id = [verdict.about, key, ...(at === undefined ? [] : [at])].join(':');
      this.decisions.push({ id, cell: key, base, local, remote, ...verdict });
      own.push(id);
      return id;
    };
    const cellAt = (version: Version) => this.sides[version][unit[version] ?? -1];
    const cells = { base: cellAt('base'), local: cellAt('local'), remote: cellAt('remote') };
    const known = quarrel === undefined ? undefined : quarrels.get(quarrel);
    const presence =
      quarrel === undefined
        ? decidePresence(cells, contended.has(unit), decide)
        : decideQuarrel(unit, quarrel, known ?? decide(conflictOf(quarrel)));
    if (quarrel !== undefined && known === undefined)
      quarrels.set(quarrel, presence.decision ?? '');
    else if (known !== undefined) own.push(known);
    const shared = cells.local !== undefined && cells.remote !== undefined;
    const content =
      cells.local !== undefined && cells.remote !== undefined
        ? mergeContent({ base: cells.base, local: cells.local, remote: cells.remote }, decide)
        : undefined;
    const placing = order.placings.get(unit);
    const stands = presence.stands[presence.take];
    const verdict = placing && stands && shared ? decidePlace(placing, cells) : undefined;
    const place = verdict === undefined ? undefined : decide(verdict);
    return {
      key,
      indices: { base, local, remote },
      cells,
      presence,
      content,
      place,
      decisions: own,
    };
  }

  private mergeMetadata(): ValuePlan {
    const { base, local, remote } = this.notebooks;
    const versions = { base: base.metadata, local: local.metadata, remote: remote.metadata };
    const plan = mergeValues(versions, {
      ...this.rules,
      isNoise: (path) => isNotebookNoise(nameIn(path)) || nameIn(path) === 'language_info',
      isWhole: (path) => path === '/kernelspec' || path === '/language_info',
      isSet: (path) => path === '/tags' || path === '/keywords',
    });
    return this.withLanguage(plan);
  }

  /** What a kernel says of itself goes with the kernel that is taken. */
  private withLanguage(plan: ValuePlan): ValuePlan {
    if (plan.kind === 'value') return plan;
    const [, kernel] = plan.members.find(([name]) => name === 'kernelspec') ?? [];
    if (kernel?.kind !== 'value' || kernel.decided.decision === undefined) return plan;
    const { decision, take } = kernel.decided;
    if (this.decisions.some(({ id, reason }) => id === decision && reason === 'same_on_both'))
      return plan;
    const at = this.decisions.findIndex(({ path }) => path === '/language_info');
    if (at >= 0) this.decisions.splice(at, 1);
    const members = plan.members.map(([name, member]): readonly [string, ValuePlan] => {
      if (name !== 'language_info' || member.kind === 'object') return [name, member];
      return [name, { kind: 'value', decided: { ...member.decided, decision, take } }];
    });
    return { kind: 'object', members };
  }

  private mergeRest(): ValuePlan {
    const rest = ({ raw, format }: Notebook) =>
      format.major === 3 ? new Map() : new Map([...raw].filter(([name]) => !TOP_NAMES.has(name)));
    const { base, local, remote } = this.notebooks;
    return mergeValues(
      { base: rest(base), local: rest(local), remote: rest(remote) },
      { ...this.rules, isNoise: () => true, decide: () => undefined },
    );
  }

  private readonly rules: ValueRules = {
    isNoise: () => false,
    isWhole: () => false,
    isSet: () => false,
    decide: (verdict) => {
      const id = `notebook_metadata:${verdict.path}`;
      this.decisions.push({ id, about: 'notebook_metadata', ...verdict });
      return id;
    },
  };
}

const TOP_NAMES: ReadonlySet<string> = new Set(['cells', 'metadata', 'nbformat', 'nbformat_minor']);

interface PlaceOf {
  readonly order: Order<Unit>;
  readonly contended: ReadonlySet<Unit>;
  /** The decisions about quarrels so far. */
  readonly quarrels: Map<Quarrel, string>;
}

function nameIn(path: string): string {
  return path.split('/')[1] ?? '';
}

/** The greater minor, except where one side is base as it was: then the other side's. */
function toMinor({ base, local, remote }: Versions<Notebook>): number {
  const minor = ({ format }: Notebook) => (format.major === 4 ? format.minor : 0);
  if (equalJson(base.raw, local.raw)) return minor(remote);
  if (equalJson(base.raw, remote.raw)) return minor(local);
  return Math.max(minor(local), minor(remote));
}

/** The cells of stretches to which both sides added some. */
function findContended(units: readonly Unit[]): ReadonlySet<Unit> {
  const contended = new Set<Unit>();
  let stretch: Unit[] = [];
  const close = () => {
    const isOf = (side: Version) => stretch.some((unit) => unit[side] !== null);
    if (isOf('local') && isOf('remote')) for (const unit of stretch) contended.add(unit);
    stretch = [];
  };
  for (const unit of units) {
    if (unit.base === null && (unit.local === null || unit.remote === null)) stretch.push(unit);
    else close();
  }
  close();
  return contended;
}

const EVERYWHERE: Stands = { base: true, local: true, remote: true, both: true };

function decidePresence(
  { base, local, remote }: Versions<SideCell | undefined>,
  contended: boolean,
  decide: Decide,
): Presence {
  const stands: Stands = {
    base: base !== undefined,
    local: local !== undefined,
    remote: remote !== undefined,
    both: local !== undefined || remote !== undefined,
  };
  const about = { about: 'presence', conflict: false } as const;
  const settle = (reason: MergeReason, take: 'local' | 'remote', conflict = false): Presence => ({
    decision: decide({ ...about, reason, take, conflict }),
    take,
    stands,
  });
  if (local !== undefined && remote !== undefined)
    return base === undefined
      ? settle('same_on_both', 'local')
      : { decision: undefined, take: 'local', stands: EVERYWHERE };
  const kept = local ?? remote;
  if (kept === undefined) return settle('same_on_both', 'local');
  const [own, other] =
    local === undefined ? (['remote', 'local'] as const) : (['local', 'remote'] as const);
  if (base === undefined) return settle(contended ? 'both_inserted' : 'one_side', own);
  if (isEdited(base, kept)) return settle('edited_and_deleted', own, true);
  return settle(saysTheSame(base, kept) ? 'one_side' : 'deleted_and_rerun', other);
}

/** Named by the first cell of each side, so that it is the same from either side. */
function conflictOf({ reason, base, local, remote }: Quarrel): Verdict {
  const [i = null] = base;
  const [j = null] = local;
  const [k = null] = remote;
  return { about: 'presence', conflict: true, reason, take: 'both', base: i, local: j, remote: k };
}

/** Until somebody decides, what both sides made of the cell stands; base's stands only if it is asked for. */
function decideQuarrel({ base, local, remote }: Unit, _: Quarrel, decision: string): Presence {
  return {
    decision,
    take: 'both',
    stands: {
      base: base !== null,
      local: local !== null,
      remote: remote !== null,
      both: base === null,
    },
  };
}

function decidePlace(
  { movedBy, contested }: Placing,
  { base, local, remote }: Versions<SideCell | undefined>,
): Verdict | undefined {
  const [mover] = movedBy;
  if (mover === undefined && !contested) return undefined;
  const about = { about: 'place', conflict: false, take: mover ?? 'local' } as const;
  if (contested) return { ...about, take: 'local', reason: 'both_moved', conflict: true };
  if (movedBy.length === 2) return { ...about, reason: 'same_on_both' };
  const stayed = mover === 'local' ? remote : local;
  const edited = base !== undefined && stayed !== undefined && isEdited(base, stayed);
  return { ...about, reason: edited ? 'moved_and_edited' : 'one_side' };
}
