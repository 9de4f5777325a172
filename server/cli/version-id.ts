import { CellarError } from '../errors.js';
import type { Call } from './command.js';

/** The version that a command is called with, by its id or the start of it. Throws bad_request for none. */
export function toVersionId(call: Call): string {
  const id = call.arguments[0] ?? '';
  if (id !== '') return id;
  throw new CellarError(
    'bad_request',
    'The id of the version is empty. "cellar log NOTEBOOK" lists versions with their ids.',
  );
}
