import { randomBytes } from 'node:crypto';

import { burstSchema, type Burst } from '../../../contract/capture.js';
import { keepBurst, type CaptureParts, type KeptState } from '../../../server/capture/keep.js';
import { openOperatingState } from '../../../server/store/operating.js';
import { makeFolder, openTestHistory } from '../scratch.js';

/** Capture on a workspace of its own. */
export async function openParts(): Promise<CaptureParts & { readonly root: string }> {
  const root = await makeFolder();
  const history = await openTestHistory(root, { now: Date.now });
  return { root, history, operating: openOperatingState(history.store.places) };
}

/** Keeps a burst of a.ipynb, where it names no other. */
export function keep(parts: CaptureParts, burst: Partial<Burst>): Promise<KeptState> {
  const key = randomBytes(8).toString('hex');
  return keepBurst(
    parts,
    burstSchema.parse({ key, path: 'a.ipynb', trigger: 'run-all', ...burst }),
  );
}

/** An execution, with its times in milliseconds. */
export const ran = (cell: string, started: number, finished: number) =>
  ({ cell, index: 0, count: 1, status: 'ok', started, finished }) as const;
