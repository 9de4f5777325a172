import type { Trigger } from '../../contract/snapshot.js';

const WORDS: Readonly<Record<Trigger, string>> = {
  burst: 'run',
  'run-all': 'run all',
  save: 'save',
  manual: 'snapshot',
  'before-restore': 'before a restore',
  import: 'import',
  rerun: 'run again',
};

/** The subject of a snapshot's commit, as `git log` shows it: the person's message, else what happened and how good it was. */
export function toSubject(facts: {
  readonly path: string;
  readonly message: string | null;
  readonly trigger: Trigger;
  readonly restored: boolean;
  readonly metrics: readonly (readonly [string, number | string])[];
}): string {
  const message = facts.message?.trim() ?? '';
  if (message !== '') return message;
  const happened = facts.restored ? 'restore' : WORDS[facts.trigger];
  const metrics = facts.metrics
    .slice(0, 3)
    .map(
      ([name, value]) =>
        `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`,
    );
  return `${facts.path}: ${[happened, ...metrics].join(', ')}`.replace(/\s+/g, ' ');
}
