import type { MergeChoices, Take } from '../../../contract/merge.js';
import type { Json, JsonObject } from '../json-value.js';
import { isObject } from '../json-value.js';
import { equalJson } from '../json.js';
import { joinText } from '../read.js';
import { giveIds } from './ids.js';
import { orderCells } from './order.js';
import type {
  Applied,
  CellContent,
  CellPlan,
  Decided,
  MergePlan,
  SourceChunk,
  ValuePlan,
  Version,
} from './plan.js';
import { versionOf } from './plan.js';
import { toValidCell } from './valid.js';

/** Makes the merged notebook of what was decided and chosen. */
export class Applier {
  constructor(
    private readonly plan: MergePlan,
    private readonly choices: MergeChoices,
  ) {}

  apply(): Applied {
    const { plan } = this;
    const standing = this.ordered().filter((cell) => this.stands(cell));
    const cells = standing.map((cell) => toValidCell(this.toCell(cell)));
    const notebook = new Map<string, Json>([
      ...(isObject(this.valueOf(plan.rest)) ? this.objectOf(plan.rest) : []),
      ['cells', giveIds(cells, plan.minor)],
      ['metadata', this.objectOf(plan.metadata)],
      ['nbformat', 4],
      ['nbformat_minor', plan.minor],
    ]);
    return { notebook, unresolved: this.countUnresolved(new Set(standing.map(({ key }) => key))) };
  }

  private chosen(decision: string | undefined): Exclude<Take, 'merged'> | undefined {
    const { decisions } = this.choices;
    return decision !== undefined && Object.hasOwn(decisions, decision)
      ? decisions[decision]
      : undefined;
  }

  private byHand(key: string): string | undefined {
    return Object.hasOwn(this.choices.sources, key) ? this.choices.sources[key] : undefined;
  }

  private pick<T>(decided: Decided<T>): T {
    return versionOf(decided, this.chosen(decided.decision) ?? decided.take);
  }

  /** The cells in order; asked for anew only where somebody chose another place. */
  private ordered(): readonly CellPlan[] {
    const places = new Map<CellPlan['indices'], Version>();
    for (const { place, indices } of this.plan.cells) {
      const take = this.chosen(place);
      if (take === undefined || take === 'both') continue;
      const decision = this.plan.decisions.find(({ id }) => id === place);
      if (take !== decision?.take) places.set(indices, take);
    }
    if (places.size === 0) return this.plan.cells;
    const byIndices = new Map(this.plan.cells.map((cell) => [cell.indices, cell]));
    return orderCells([...byIndices.keys()], places).cells.flatMap(
      (indices) => byIndices.get(indices) ?? [],
    );
  }

  private takeOfPresence({ presence }: CellPlan): Exclude<Take, 'merged'> {
    return this.chosen(presence.decision) ?? presence.take;
  }

  private stands(cell: CellPlan): boolean {
    return cell.presence.stands[this.takeOfPresence(cell)];
  }

  private toCell(plan: CellPlan): JsonObject {
    const { base, local, remote } = plan.cells;
    const whole =
      this.takeOfPresence(plan) === 'base' ? (base ?? local ?? remote) : (local ?? remote ?? base);
    if (whole === undefined) throw new RangeError(`cell ${plan.key} is nowhere`);
    const byHand = this.byHand(plan.key);
    const raw = plan.content === undefined ? whole.raw : this.toMerged(plan, plan.content);
    return byHand === undefined || byHand === joinText(raw.get('source') ?? '')
      ? raw
      : new Map(raw).set('source', byHand);
  }

  private toMerged(plan: CellPlan, content: CellContent): JsonObject {
    const run = this.pick(content.run);
    const cell = new Map<string, Json>(this.objectOf(content.rest));
    const set = (name: string, value: Json | undefined) => {
      if (value !== undefined) cell.set(name, value);
    };
    // An id that one side lost in an older format is still the cell's.
    if (!cell.has('id'))
      set('id', (plan.cells.local?.raw ?? cell).get('id') ?? plan.cells.remote?.raw.get('id'));
    // Of a cell that both sides added base knows no type.
    set('cell_type', this.pick(content.type) ?? content.type.versions.local);
    set('source', this.toSource(plan, content));
    set('outputs', run.outputs);
    set('execution_count', run.count);
    set('metadata', this.valueOf(content.metadata));
    set('attachments', this.valueOf(content.attachments));
    return cell;
  }

  /** The merged source; written as the side that has this very text wrote it. */
  private toSource({ cells }: CellPlan, { source }: CellContent): Json {
    const whole = this.chosen(source.decision);
    const lines = source.chunks.flatMap((chunk) =>
      whole === undefined || whole === 'both' ? this.linesOf(chunk) : chunk[whole],
    );
    const text = lines.join('\n');
    const [base, local, remote] = [cells.base, cells.local, cells.remote].map((cell) =>
      cell?.raw.get('source'),
    );
    const kept = base !== undefined && local !== undefined && equalJson(base, local);
    const candidates = kept ? [remote, local] : [local, remote];
    return candidates.find((raw) => raw !== undefined && joinText(raw) === text) ?? text;
  }

  private linesOf(chunk: SourceChunk): readonly string[] {
    const { kind, base, local, remote } = chunk;
    if (kind !== 'conflict') return kind === 'remote' || isAsBefore(chunk) ? remote : local;
    switch (this.chosen(chunk.decision)) {
      case 'base':
        return base;
      case 'local':
        return local;
      case 'remote':
        return remote;
      case 'both':
        return [...local, ...remote];
      case undefined:
        return ['<<<<<<< local', ...local, '=======', ...remote, '>>>>>>> remote'];
    }
  }

  private valueOf(plan: ValuePlan): Json | undefined {
    if (plan.kind === 'value') return this.pick(plan.decided);
    const object = new Map<string, Json>();
    for (const [name, member] of plan.members) {
      const value = this.valueOf(member);
      if (value !== undefined) object.set(name, value);
    }
    return object;
  }

  private objectOf(plan: ValuePlan): JsonObject {
    const value = this.valueOf(plan);
    return isObject(value) ? value : new Map<string, Json>();
  }

  /** A conflict is settled by its own choice, by a source written by hand, and by the absence of its cell. */
  private countUnresolved(standing: ReadonlySet<string>): number {
    return this.plan.decisions.filter(({ id, conflict, about, cell }) => {
      if (!conflict || this.chosen(id) !== undefined) return false;
      if (cell === undefined || about === 'presence') return true;
      return standing.has(cell) && !(about === 'source' && this.byHand(cell) !== undefined);
    }).length;
  }
}

/** Local's lines are base's to the letter: then remote's say how lines end now. */
function isAsBefore({ kind, base, local }: SourceChunk): boolean {
  return (
    kind === 'same' && base.length === local.length && base.every((line, n) => line === local[n])
  );
}
