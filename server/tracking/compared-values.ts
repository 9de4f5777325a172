import type { ComparedValue } from '../../contract/compare.js';
import type { RunRow } from '../store/catalog/rows.js';
import { findMetric, guessDirection, toFinite } from './metric.js';

/** What is compared of a run, or of whatever else has metrics and params. */
type Valued = Pick<RunRow, 'metrics' | 'params'>;

function namesOf(
  runs: readonly Valued[],
  pick: (run: Valued) => Readonly<Record<string, unknown>>,
): readonly string[] {
  return [...new Set(runs.flatMap((run) => Object.keys(pick(run))))];
}

/** The last value of each metric that either side's runs have; which way is better is guessed from its name. */
export function compareMetrics(base: readonly Valued[], head: readonly Valued[]): ComparedValue[] {
  const names = namesOf([...head, ...base], (run) => run.metrics);
  return names.map((name) => {
    const [before, after] = [findMetric(base, name), findMetric(head, name)];
    const [from, to] = [toFinite(before), toFinite(after)];
    const delta = from === undefined || to === undefined ? null : to - from;
    const sign = guessDirection(name) === 'higher' ? 1 : -1;
    return {
      name,
      base: before === undefined ? null : String(before),
      head: after === undefined ? null : String(after),
      delta,
      better: delta === null || delta === 0 ? null : delta * sign > 0,
    };
  });
}

/** The last value of each param that either side's runs have. */
export function compareParams(base: readonly Valued[], head: readonly Valued[]): ComparedValue[] {
  const find = (runs: readonly Valued[], name: string): string | null =>
    runs.findLast((run) => Object.hasOwn(run.params, name))?.params[name] ?? null;
  return namesOf([...head, ...base], (run) => run.params).map((name) => ({
    name,
    base: find(base, name),
    head: find(head, name),
    delta: null,
    better: null,
  }));
}
