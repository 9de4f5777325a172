import type { FoundSecret, SecretNote } from '../../contract/secrets.js';

/** A warning as the answer to a snapshot carries it. */
export interface SecretWarning {
  readonly code: string;
  readonly message: string;
  readonly secret?: SecretNote;
}

/** More are counted in one sentence. */
const MOST_WARNINGS = 20;

/** What a person is told of the secrets that were found, one sentence for each kind at each place. */
export function toWarnings(notes: readonly SecretNote[], isComplete: boolean): SecretWarning[] {
  const groups = new Map<string, SecretNote[]>();
  for (const note of notes) {
    const key = [note.index, note.place, note.output, note.rule, note.action].join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [note]);
    else group.push(note);
  }
  const warnings = [...groups.values()].flatMap((group) => toWarning(group));
  const rest = warnings.splice(MOST_WARNINGS).length;
  if (rest > 0)
    warnings.push({ code: 'secret_found', message: `Secrets were found at ${rest} more places.` });
  if (!isComplete)
    warnings.push({
      code: 'secret_unsought',
      message:
        'So much looks like keys and tokens here that not all of it was looked at: some may be kept.',
    });
  return warnings;
}

function toWarning(notes: readonly SecretNote[]): SecretWarning[] {
  const [secret] = notes;
  if (secret === undefined) return [];
  const many = notes.length === 1 ? '' : ` at ${notes.length} places`;
  const what = `what looks like a secret (${secret.name}${secret.preview === '…' ? '' : `, ${secret.preview}`})${many}`;
  const where = placeWords(secret);
  return secret.action === 'kept'
    ? [
        {
          code: 'secret_kept',
          message: `${where} holds ${what}. ${secret.place === 'source' ? 'It was kept, since it is code: read it from the environment instead, and' : 'It was kept, as the settings say:'} "cellar purge" takes it out of the history.`,
          secret,
        },
      ]
    : [
        {
          code: 'secret_redacted',
          message: `${where} held ${what}. It was redacted before the version was kept.`,
          secret,
        },
      ];
}

/** Why no version is kept: the first of what is not to be kept, of so many. */
export function refusalWords(first: FoundSecret, count: number, path: string): string {
  const more = count === 1 ? '' : ` and ${count - 1} more`;
  return `${placeWords(first)} of ${path} holds what looks like a secret (${first.name}, ${first.preview})${more}, so no version is kept, as is set. Take it out, or say that it is none.`;
}

/** Where a secret stands, as the beginning of a sentence; cells and outputs count from 1 there. */
function placeWords({
  index,
  place,
  output,
}: Pick<SecretNote, 'index' | 'place' | 'output'>): string {
  const cell = index + 1;
  switch (place) {
    case 'file':
      return 'The file';
    case 'source':
      return `Cell ${cell}`;
    case 'metadata':
      return index < 0 ? "The notebook's metadata" : `The metadata of cell ${cell}`;
    case 'output':
      return `Output ${(output ?? 0) + 1} of cell ${cell}`;
  }
}
