import { readCaptureState } from '../../capture/state.js';
import { keepBefore } from '../../history/restore.js';
import { findMerge } from '../../tracking/merges.js';
import type { ApiParts } from '../parts.js';
import type { MergePlace } from './merge.js';

/**
 * Merges of the workspace's notebooks. What the file held is kept as a version before the merged notebook is written over it, unless the
 * notebook is one of which none are kept. The git repository is never written: marking the conflict resolved is the person's.
 */
export function createWorkspacePlace(parts: ApiParts): MergePlace {
  const { history, operating, events } = parts;
  const { files } = history.store;
  return {
    find: (path) => findMerge(history.store, path),
    write: async ({ facts: { path } }, bytes) => {
      const before = await files.find(path);
      const { state } = await readCaptureState(files, operating, path);
      if (before !== undefined && state !== 'ignored') {
        const { notebook, id } = await keepBefore(history, path, before);
        events.emit({ kind: 'snapshot', notebook, snapshot: id });
      }
      await files.write(path, bytes);
    },
  };
}
