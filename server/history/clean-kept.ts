import type { SecretIntake } from './secrets.js';

/** Gives texts beside notebooks, and values by their names, as a record may keep them. */
export interface Cleaned {
  readonly texts: ReadonlyMap<string, string>;
  /** In the order of the pairs. */
  readonly values: readonly string[];
}

/**
 * What a record may keep of texts, and of values by their names: without secrets, and without what is being purged. A record waits for
 * no other write, and would else come in beside a purge of what it holds.
 */
export async function cleanKept(
  secrets: SecretIntake,
  texts: Iterable<string>,
  pairs: readonly (readonly [name: string, value: string])[] = [],
): Promise<Cleaned> {
  const asked = [...new Set(texts)];
  for (;;) {
    const { epoch } = secrets;
    const clean = await secrets.cleanTexts(asked);
    const values = await secrets.cleanValues(pairs);
    await secrets.released([...clean, ...values]);
    // A purge meanwhile knows of more.
    if (epoch !== secrets.epoch) continue;
    return { texts: new Map(asked.map((text, at) => [text, clean[at] ?? ''])), values };
  }
}
