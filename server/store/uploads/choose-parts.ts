import { CellarError } from '../../errors.js';
import type { KeptPart } from './part-log.js';
import type { NamedPart } from './uploads.js';

const MOST_NAMED = 5;

/** The parts from 1 to `count`, each of which must be there and be named once, with its etag. Throws bad_request. */
export function chooseParts(
  kept: ReadonlyMap<number, KeptPart>,
  count: number,
  named: readonly NamedPart[],
): readonly KeptPart[] {
  const etags = new Map<number, string>();
  for (const { number, etag } of named) {
    if (number < 1 || number > count)
      throw refuse(`there is no part ${number}: it has ${count === 1 ? 'one' : `1 to ${count}`}`);
    if (etags.has(number)) throw refuse(`part ${number} is named twice`);
    etags.set(number, etag);
  }
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  expectNone(
    numbers.filter((number) => !kept.has(number)),
    'has not come: send it first',
  );
  expectNone(
    numbers.filter((number) => !etags.has(number)),
    'is not named',
  );
  expectNone(
    numbers.filter((number) => kept.get(number)?.sha256 !== etags.get(number)),
    'has another etag here: send it again',
  );
  return numbers.flatMap((number) => kept.get(number) ?? []);
}

function expectNone(numbers: readonly number[], what: string): void {
  const [first] = numbers;
  if (first === undefined) return;
  const others = numbers.slice(1, MOST_NAMED);
  const more = numbers.length > MOST_NAMED ? ', …' : '';
  const also = others.length === 0 ? '' : ` (and so with ${others.join(', ')}${more})`;
  throw refuse(`part ${first} ${what}${also}`);
}

function refuse(reason: string): CellarError {
  return new CellarError('bad_request', `The upload cannot be completed: ${reason}.`);
}
