import { readFile } from 'node:fs/promises';

import { Low, type Adapter } from 'lowdb';

import { isErrno } from '../errors.js';
import { writeDurable } from './durable.js';

/** A JSON file as lowdb's adapter, written whole and synced (lowdb's own writes in place under one fixed temporary name). */
class DurableFile<Value> implements Adapter<Value> {
  constructor(private readonly path: string) {}

  async read(): Promise<Value | null> {
    try {
      return JSON.parse(await readFile(this.path, 'utf8')) as Value;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null;
      throw error;
    }
  }

  write(value: Value): Promise<void> {
    return writeDurable(this.path, JSON.stringify(value), 0o600);
  }
}

/**
 * A lowdb database on one file; `empty` when there is no file yet. What is read is checked by `isValid`; a file that is not JSON or
 * not valid throws a SyntaxError.
 */
export async function openDocument<Value>(
  path: string,
  empty: Value,
  isValid: (value: unknown) => boolean,
): Promise<Low<Value>> {
  const low = new Low<Value>(new DurableFile<Value>(path), empty);
  await low.read();
  if (!isValid(low.data)) throw new SyntaxError(`${path} is not what Cellar writes`);
  return low;
}
