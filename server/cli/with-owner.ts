import type { Context } from './command.js';
import type { Connection } from './connection.js';

/** Runs something with the owner of a store, and lets go of it afterwards. */
export async function withOwner<Result>(
  context: Context,
  root: string,
  work: (owner: Connection) => Promise<Result>,
): Promise<Result> {
  const owner = await context.connect(root);
  try {
    return await work(owner);
  } finally {
    await owner.close();
  }
}
