import { randomInt } from 'node:crypto';

const FIRST = [
  ...[
    'bright',
    'calm',
    'clear',
    'crisp',
    'deep',
    'dry',
    'early',
    'fine',
    'fresh',
    'gentle',
    'late',
  ],
  ...[
    'light',
    'lively',
    'mellow',
    'quiet',
    'rare',
    'rich',
    'round',
    'silky',
    'smooth',
    'soft',
    'warm',
  ],
];
const SECOND = [
  ...['barrel', 'bottle', 'cask', 'cellar', 'cork', 'grape', 'harvest', 'hill', 'label', 'leaf'],
  ...['orchard', 'press', 'river', 'slope', 'terrace', 'valley', 'vine', 'vintage', 'yard'],
];

/** A name for a run that was given none, e.g. "mellow-vintage-412". */
export function inventName(): string {
  const pick = (words: readonly string[]): string => words[randomInt(words.length)] ?? '';
  return `${pick(FIRST)}-${pick(SECOND)}-${randomInt(1_000)}`;
}
