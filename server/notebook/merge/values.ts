import type { Decision, MergeReason, Take } from '../../../contract/merge.js';
import type { Json, JsonObject } from '../json-value.js';
import { isArray, isObject } from '../json-value.js';
import { compactJson, equalJson } from '../json.js';
import { shortJson } from '../leaves.js';
import type { ValuePlan, Versions } from './plan.js';

type Value = Json | undefined;

/** What is decided about one value: who wins and why; `merged` where neither side's value does. */
interface Verdict {
  readonly take: Take;
  readonly reason: MergeReason;
  readonly conflict?: boolean;
  readonly merged?: Json;
}

/** How one object merges; `path` is a JSON Pointer to a value in it. */
export interface ValueRules {
  /** A name that editors and runners write: it never conflicts. */
  isNoise(path: string): boolean;
  /** A value that makes sense only as it was written, so that it is never put together from two. */
  isWhole(path: string): boolean;
  /** A list whose order does not count. */
  isSet(path: string): boolean;
  /** Takes note of a decision about the value at `path`; gives its id, undefined where nobody is told. */
  decide(decision: ValueDecision): string | undefined;
}

export type ValueDecision = Pick<Decision, 'conflict' | 'reason' | 'take'> & {
  readonly path: string;
  readonly values: NonNullable<Decision['values']>;
};

/** Below this depth a value is merged as a whole. */
const MAX_LEVELS = 100;
/** Longer values are shortened in decisions. */
const MAX_VALUE = 8192;

export function equalValues(a: Value, b: Value): boolean {
  return a === undefined || b === undefined ? a === b : a === b || equalJson(a, b);
}

/** Three versions of a JSON value merged: objects name by name, sets item by item, anything else as a whole. */
export function mergeValues(versions: Versions<Value>, rules: ValueRules, path = ''): ValuePlan {
  return merge(versions, rules, { path, level: 0 });
}

function merge(
  versions: Versions<Value>,
  rules: ValueRules,
  { path, level }: { readonly path: string; readonly level: number },
): ValuePlan {
  const { base, local, remote } = versions;
  const objects = isObject(local) && isObject(remote) && (base === undefined || isObject(base));
  if (objects && level < MAX_LEVELS && !rules.isWhole(path) && !equalJson(local, remote)) {
    const old: JsonObject = base ?? new Map<string, Json>();
    const names = new Set([...old.keys(), ...local.keys(), ...remote.keys()]);
    return {
      kind: 'object',
      members: [...names].map((name) => {
        const member = {
          base: old.get(name),
          local: local.get(name),
          remote: remote.get(name),
        };
        const at = `${path}/${name.replace(/~/g, '~0').replace(/\//g, '~1')}`;
        return [name, merge(member, rules, { path: at, level: level + 1 })];
      }),
    };
  }
  const verdict = judge(versions, rules, path);
  if (verdict === undefined)
    return { kind: 'value', decided: { decision: undefined, take: exactSide(versions), versions } };
  const { take, reason, conflict = false, merged } = verdict;
  const decision = rules.decide({ path, take, reason, conflict, values: toTexts(versions) });
  return {
    kind: 'value',
    decided: { decision, take, versions, ...(merged === undefined ? {} : { merged }) },
  };
}

/** Of values that are equal the one that was written anew, as 1.0 for 1. */
function exactSide({ base, local }: Versions<Value>): Take {
  return base !== undefined && local !== undefined && compactJson(local) === compactJson(base)
    ? 'remote'
    : 'local';
}

function judge(versions: Versions<Value>, rules: ValueRules, path: string): Verdict | undefined {
  const { base, local, remote } = versions;
  const [byLocal, byRemote] = [!equalValues(base, local), !equalValues(base, remote)];
  if (!byLocal && !byRemote) return undefined;
  const noise = rules.isNoise(path);
  if (!byRemote) return { take: 'local', reason: noise ? 'noise' : 'one_side' };
  if (!byLocal) return { take: 'remote', reason: noise ? 'noise' : 'one_side' };
  if (equalValues(local, remote)) return { take: 'local', reason: 'same_on_both' };
  // What one side took out and the other changed stays.
  const take = local === undefined ? 'remote' : 'local';
  if (noise) return { take, reason: 'noise' };
  if (rules.isSet(path) && isArray(local) && isArray(remote) && (base ?? []) instanceof Array)
    return {
      take: 'merged',
      reason: 'united',
      merged: uniteSets(isArray(base) ? base : [], local, remote),
    };
  return { take, reason: 'both_edited', conflict: true };
}

/** A three-way merge of sets: local's order, then what remote added; what either side took out is gone. */
function uniteSets(base: readonly Json[], local: readonly Json[], remote: readonly Json[]): Json[] {
  const key = (item: Json) => compactJson(item);
  const [old, mine, theirs] = [base, local, remote].map((list) => new Set(list.map(key)));
  const isOut = (item: string) =>
    old?.has(item) === true && !(mine?.has(item) && theirs?.has(item));
  const united = new Map<string, Json>();
  for (const item of [...local, ...remote]) if (!isOut(key(item))) united.set(key(item), item);
  return [...united.values()];
}

function toTexts(versions: Versions<Value>): ValueDecision['values'] {
  const text = (value: Json) => {
    const whole = compactJson(value);
    return whole.length <= MAX_VALUE ? whole : shortJson(value);
  };
  const { base, local, remote } = versions;
  return {
    ...(base === undefined ? {} : { base: text(base) }),
    ...(local === undefined ? {} : { local: text(local) }),
    ...(remote === undefined ? {} : { remote: text(remote) }),
  };
}
