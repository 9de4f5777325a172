import { CellarError } from '../errors.js';

/** The most characters of an alias. */
const MOST_ALIAS = 255;

/** Throws bad_request for what cannot name a registered model. */
export function checkRegisteredName(name: string): void {
  if (name.trim() === '' || name === '..' || name === '.' || /[/:]|\p{Cs}/u.test(name))
    throw new CellarError(
      'bad_request',
      `Invalid name of a registered model: ${JSON.stringify(name)}. It may not be empty, and have no "/", no ":" and no half of a character.`,
    );
}

/** Throws bad_request for what cannot be an alias. */
export function checkAlias(alias: string): void {
  if (alias.length > MOST_ALIAS)
    throw new CellarError(
      'bad_request',
      `The alias ${JSON.stringify(`${alias.slice(0, 60)}…`)} has ${alias.length} characters; ${MOST_ALIAS} are taken.`,
    );
  if (
    /^[\p{L}\p{M}\p{N}_-]+$/u.test(alias) &&
    alias.toLowerCase() !== 'latest' &&
    !/^v\d+$/i.test(alias)
  )
    return;
  throw new CellarError(
    'bad_request',
    `Invalid alias ${JSON.stringify(alias)}: it may have letters, digits, "_" and "-", and be neither "latest" nor like "v1".`,
  );
}
