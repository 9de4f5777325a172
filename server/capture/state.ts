import ignore from 'ignore';

import type { CaptureState, Pause } from '../../contract/workspace.js';
import { CellarError } from '../errors.js';
import { toWorkspacePath } from '../store/disk/names.js';
import type { OperatingState, PausedPaths } from '../store/operating.js';
import type { WorkspaceFiles } from '../store/workspace-files.js';

/** Names what is never kept, in the workspace's root, written as a .gitignore is. */
export const IGNORE_FILE = '.cellarignore';

/** Whether a notebook is captured now: `.cellarignore` first, then what was paused. */
export async function readCaptureState(
  files: WorkspaceFiles,
  operating: OperatingState,
  path: string,
): Promise<CaptureState> {
  const plain = toWorkspacePath(path);
  const pattern = await findIgnoring(files, plain);
  if (pattern !== undefined) return { path: plain, state: 'ignored', by: pattern };
  const by = findPause(await operating.readPaused(), plain);
  return by === undefined
    ? { path: plain, state: 'on', by: null }
    : { path: plain, state: 'paused', by };
}

/** The pattern of `.cellarignore` that leaves a path out; undefined when none does. */
async function findIgnoring(files: WorkspaceFiles, path: string): Promise<string | undefined> {
  const text = await files.find(IGNORE_FILE);
  if (text === undefined) return undefined;
  const result = ignore().add(text.toString('utf8')).checkIgnore(path);
  return result.ignored ? (result.rule?.pattern ?? IGNORE_FILE) : undefined;
}

/** What pauses a path: itself, the nearest folder above it, or the workspace (""). */
function findPause(paused: PausedPaths, path: string): string | undefined {
  if (paused.notebooks.includes(path)) return path;
  const above = paused.folders.filter((folder) => folder === '' || path.startsWith(`${folder}/`));
  return above.sort((a, b) => b.length - a.length)[0];
}

/** Pauses or resumes; resuming a notebook below a paused folder resumes that folder's pause as well, since else nothing would change. */
export async function setPause(operating: OperatingState, pause: Pause): Promise<PausedPaths> {
  const path = pause.path === '' ? '' : toWorkspacePath(pause.path);
  if (path === '' && pause.kind === 'notebook')
    throw new CellarError('bad_request', 'A pause of a notebook needs its path.');
  const before = await operating.readPaused();
  const without = (list: readonly string[]): string[] => list.filter((each) => each !== path);
  const covers = (folder: string): boolean => folder === '' || `${path}/`.startsWith(`${folder}/`);
  const after: PausedPaths = pause.paused
    ? {
        notebooks:
          pause.kind === 'notebook' ? [...without(before.notebooks), path] : before.notebooks,
        folders: pause.kind === 'folder' ? [...without(before.folders), path] : before.folders,
      }
    : {
        notebooks: without(before.notebooks),
        folders: before.folders.filter((folder) => !covers(folder)),
      };
  await operating.writePaused(after);
  return after;
}
