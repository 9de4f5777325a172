import type { Fact, Session } from './session.js';

/** What an act works on. Facts are noted the moment they are acknowledged. */
export interface Stage {
  readonly session: Session;
  /** Counts the acts, so that no two have the same content. */
  readonly turn: number;
  /** What was acknowledged before. */
  readonly facts: readonly Fact[];
  note(fact: Fact): void;
}

/** One thing that people or their kernels do with a store. */
export interface Act {
  readonly name: string;
  play(stage: Stage): Promise<void>;
}

/** A snapshot that was acknowledged and was never asked to go, or undefined when there is none yet. */
export function findEarlier(stage: Stage): (Fact & { kind: 'snapshot' }) | undefined {
  const { facts } = stage;
  const going = new Set(facts.flatMap((fact) => (fact.kind === 'going' ? [fact.snapshot] : [])));
  const kept = facts.filter((fact) => fact.kind === 'snapshot' && !going.has(fact.id));
  return kept[Math.floor(kept.length / 2)] as (Fact & { kind: 'snapshot' }) | undefined;
}
