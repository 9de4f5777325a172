import { setTimeout as sleep } from 'node:timers/promises';

import ignore from 'ignore';

import { MAX_FOUND_ARTIFACT_BYTES } from '../../contract/limits.js';
import type { FoundFile, WorkspaceFiles } from '../store/workspace-files.js';

/** The files that people write models into; a setting replaces the list. */
export const ARTIFACT_GLOBS: readonly string[] = [
  '*.pkl',
  '*.joblib',
  '*.onnx',
  '*.pt',
  '*.pth',
  '*.h5',
  '*.keras',
  '*.safetensors',
  '*.cbm',
  '*.model',
  '*.ubj',
];

const DEPTH = 3;
/** A file is whole when it has not changed for this long. */
const REST_MS = 1_000;
/** Clocks of files are coarser than the browser's, and a kernel may write a moment before its cell is seen to start. */
const SLACK_MS = 2_000;

export interface Window {
  /** Of the burst, in milliseconds since 1970 by this machine's clock. */
  readonly started: number;
  readonly finished: number;
}

/**
 * Files below the notebook's folder that match the globs and were written during the burst, by path. Waits for those that are
 * still being written to rest; one that does not within five seconds is left to the next burst.
 */
export async function findWritten(
  files: WorkspaceFiles,
  options: {
    readonly notebook: string;
    readonly globs: readonly string[];
    readonly window: Window;
  },
): Promise<readonly FoundFile[]> {
  const folder = options.notebook.split('/').slice(0, -1).join('/');
  const matcher = ignore().add([...options.globs]);
  const look = async (): Promise<readonly FoundFile[]> => {
    // By name first: a folder of very many pictures beside the notebook costs no look at each.
    const all = await files.list(folder, DEPTH, (path) => matcher.ignores(path));
    return all.filter(
      ({ size, changed }) =>
        changed >= options.window.started - SLACK_MS &&
        changed <= options.window.finished + SLACK_MS &&
        size > 0 &&
        size <= MAX_FOUND_ARTIFACT_BYTES,
    );
  };
  let found = await look();
  for (let tries = 0; tries < 5; tries += 1) {
    const newest = Math.max(0, ...found.map(({ changed }) => changed));
    const rest = newest + REST_MS - Date.now();
    if (rest <= 0) break;
    await sleep(Math.min(rest, REST_MS));
    found = await look();
  }
  const settled = Date.now() - REST_MS;
  return found
    .filter(({ changed }) => changed <= settled)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
