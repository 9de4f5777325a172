import type { ApprovalRule } from '../../contract/models.js';

/** A rule of approval in words, as the trail keeps it; empty for none. */
export function describeRule(rule: ApprovalRule | null): string {
  if (rule === null) return '';
  const { aliases, needed, persons, own } = rule;
  const of = `${needed} of ${persons.join(', ')}`;
  return `${aliases.join(', ')}: ${of}${own ? ', their own too' : ''}`;
}
