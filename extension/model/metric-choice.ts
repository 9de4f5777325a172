import type { Direction } from '../../contract/history.js';
import type { Memory } from './memory.js';

/** The metric that a person reads a notebook's history by; without a direction it is guessed from the name. */
export interface MetricChoice {
  readonly name: string;
  readonly direction?: Direction;
}

/** The remembered choice for a notebook; undefined when none was made. */
export function readChoice(memory: Memory, notebook: string): MetricChoice | undefined {
  const value = memory.get(keyOf(notebook));
  if (typeof value !== 'object' || value === null || !('name' in value)) return undefined;
  if (typeof value.name !== 'string') return undefined;
  const direction = 'direction' in value ? value.direction : undefined;
  return direction === 'higher' || direction === 'lower'
    ? { name: value.name, direction }
    : { name: value.name };
}

/** Remembers the choice for a notebook. */
export function rememberChoice(memory: Memory, notebook: string, choice: MetricChoice): void {
  memory.set(keyOf(notebook), choice);
}

function keyOf(notebook: string): string {
  return `metric:${notebook}`;
}
