import type { History } from '../../../server/history/history.js';
import { takeSnapshot, type Taken, type TakeRequest } from '../../../server/history/take.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { gitOn, type Git } from '../git.js';
import { notebookText, writeInto } from '../scratch.js';

/** The sources of a notebook that is long enough to be known again. */
export const LONG = ['import pandas as pd', 'frame = pd.read_csv("wine.csv")', 'frame.describe()'];

/** Writes a notebook into the workspace and keeps it. */
export async function keep(
  history: History,
  path: string,
  sources: readonly string[],
  options: Partial<TakeRequest> & { readonly ids?: readonly string[] } = {},
): Promise<Taken> {
  const { ids, ...rest } = options;
  const bytes = Buffer.from(notebookText(sources, ids));
  await writeInto(history.store.places.root, path, bytes);
  return takeSnapshot(history, {
    path,
    bytes,
    notebook: parseNotebook(bytes),
    trigger: 'manual',
    ...rest,
  });
}

/** The system's git on its repository. */
export function gitOf(history: History): Git {
  return gitOn(history.store.places.git);
}
