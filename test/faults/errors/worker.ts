import { liveThrough, type Lived, type Trial } from './trouble.js';

/** What became of a trial. */
export type Report =
  ({ readonly kind: 'lived' } & Lived) | { readonly kind: 'failed'; readonly words: string };

/** A failure with all its causes. */
function toWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\nbecause of ${toWords(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

process.on('message', (trial: Trial) => {
  liveThrough(trial).then(
    (lived) => process.send?.({ kind: 'lived', ...lived } satisfies Report),
    (error: unknown) => process.send?.({ kind: 'failed', words: toWords(error) } satisfies Report),
  );
});
