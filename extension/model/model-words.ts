import type { ApprovalRule, TrailEntry } from '../../contract/models.js';

/** A search as people type it: words are looked for in the name, anything like a condition is the grammar of filters. */
export function toModelFilter(text: string): string {
  const words = text.trim();
  if (words === '' || /[=<>]|\b(LIKE|ILIKE|IN|IS)\b/i.test(words)) return words;
  return `name ILIKE '%${words.replaceAll("'", '')}%'`;
}

/** What a rule asks for: "champion: 2 of Anna, Ben". */
export function ruleWords({ aliases, needed, persons }: ApprovalRule): string {
  const who =
    persons.length === 1 ? (persons[0] ?? '') : `${String(needed)} of ${persons.join(', ')}`;
  return `Before ${aliases.map((alias) => `@${alias}`).join(', ')} moves: ${who}`;
}

/** One move in words, without who and when: "@champion from v1 to v3". */
export function moveWords(move: TrailEntry): string {
  const { kind, what, from, to, version } = move;
  const of = version === null ? '' : ` v${String(version)}`;
  switch (kind) {
    case 'alias set':
      return from === null
        ? `@${what ?? ''} set to v${to ?? ''}`
        : `@${what ?? ''} moved from v${from} to v${to ?? ''}`;
    case 'alias removed':
      return `@${what ?? ''} taken off v${from ?? ''}`;
    case 'stage set':
      return `stage of${of}: ${from ?? ''} → ${to ?? ''}`;
    case 'tagged':
    case 'version tagged':
      return `tag ${what ?? ''}${of === '' ? '' : ` of${of}`} set to “${to ?? ''}”`;
    case 'untagged':
    case 'version untagged':
      return `tag ${what ?? ''}${of === '' ? '' : ` of${of}`} taken off`;
    case 'renamed':
      return `renamed from ${from ?? ''} to ${to ?? ''}`;
    case 'rules set':
      return to === '' || to === null
        ? 'approvals no longer asked for'
        : `approvals asked for: ${to}`;
    case 'version made':
      return `registered${of}`;
    case 'version deleted':
      return `deleted${of}`;
    case 'version described':
      return `described${of}`;
    case 'approved':
      return `approved${of}`;
    case 'approval withdrawn':
      return `took the approval of${of} back`;
    case 'registered':
    case 'described':
    case 'deleted':
      return kind;
  }
}

/** A person without the address: "Ada" of "Ada <ada@example.org>"; "somebody" for nobody in particular. */
export function personName(person: string): string {
  return person === '' ? 'somebody' : person.replace(/\s*<[^>]*>$/, '');
}
