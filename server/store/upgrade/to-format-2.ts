import { formatFile } from '../format.js';
import { createIds } from '../ids.js';
import type { Step } from './step.js';

/** Format 2 has a journal, pins, versions kept beside the newest, and lists of what expired; all of them begin empty. Its store has an id. */
export const toFormat2: Step = {
  to: 2,
  prepare: ({ now }) => Promise.resolve([formatFile(createIds(now)())]),
};
