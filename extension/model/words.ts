import type { Execution, Snapshot, Trigger } from '../../contract/snapshot.js';

/** A count with its noun: "1 cell", "3 cells". */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The words for a snapshot that stand in place of a message: "run all · clean · 3 cells changed". */
export function describeSnapshot(snapshot: Snapshot): string {
  const { restored, trigger, executions, changed } = snapshot;
  const words: string[] = [];
  const failed = executions.find(({ status }) => status === 'error');
  if (restored !== null) words.push('restored');
  else if (failed === undefined || !ran(trigger))
    words.push(ran(trigger) ? describeRun(trigger, executions) : TRIGGERS[trigger]);
  if (failed !== undefined)
    words.push(failed.index < 0 ? 'failed' : `failed in cell ${String(failed.index + 1)}`);
  const order = describeOrder(snapshot);
  if (order !== undefined) words.push(order);
  if (changed !== null) {
    const count = changed.modified + changed.added + changed.deleted;
    if (count > 0) words.push(`${formatCount(count, 'cell')} changed`);
  }
  return words.join(' · ');
}

/** Whether the results can be trusted to follow from the code: "clean", "out of order", "kernel not fresh"; undefined when there is nothing to say. */
export function describeOrder({ clean, trigger, executions }: Snapshot): string | undefined {
  if (clean === true) return 'clean';
  const places = executions.map(({ index }) => index).filter((index) => index >= 0);
  if (places.some((index, i) => i > 0 && index < (places[i - 1] ?? 0))) return 'out of order';
  return clean === false && trigger === 'run-all' ? 'kernel not fresh' : undefined;
}

const TRIGGERS: Readonly<Record<Trigger, string>> = {
  burst: 'run',
  'run-all': 'run all',
  save: 'saved',
  manual: 'kept by hand',
  'before-restore': 'before a restore',
  import: 'imported',
  rerun: 'run again',
};

function ran(trigger: Trigger): boolean {
  return trigger === 'burst' || trigger === 'rerun';
}

/** Which cells ran, by their places counted from 1: "cell 3", "cells 2–4", "5 cells". */
function describeRun(trigger: Trigger, executions: readonly Execution[]): string {
  const places = [...new Set(executions.map(({ index }) => index).filter((index) => index >= 0))];
  if (places.length === 0) return TRIGGERS[trigger];
  const first = Math.min(...places) + 1;
  const last = Math.max(...places) + 1;
  if (places.length === 1) return `cell ${String(first)}`;
  return last - first === places.length - 1
    ? `cells ${String(first)}–${String(last)}`
    : formatCount(places.length, 'cell');
}
