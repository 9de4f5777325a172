import type { Pause } from '../../contract/workspace.js';
import { baseName } from '../model/words.js';
import { COMMANDS } from './ids.js';
import { targetPath, type Args, type Command, type Parts } from './parts.js';
import { tellFailure } from './tell.js';

/** What a pause is about; folders end without a slash, and "" is the whole workspace. */
type Subject = Pick<Pause, 'kind' | 'path'>;

/** Pauses or resumes the capture of one notebook. */
export const pauseNotebook: Command = toPause(COMMANDS.pauseNotebook, {
  find: (parts, args) => {
    const path = targetPath(parts, args);
    return path === undefined ? undefined : { kind: 'notebook', path };
  },
  toName: (path) => baseName(path),
});

/** The same for all notebooks of a folder: the one selected in the file browser, else the folder of the notebook in front. */
export const pauseFolder: Command = toPause(COMMANDS.pauseFolder, {
  find: (parts, args) => {
    if (args['from'] === 'files') {
      const folder = parts.selectedFiles().find((file) => file.type === 'directory');
      return folder === undefined ? undefined : { kind: 'folder', path: folder.path };
    }
    const path = targetPath(parts, args);
    const slash = path?.lastIndexOf('/') ?? -1;
    return path === undefined || slash < 1
      ? undefined
      : { kind: 'folder', path: path.slice(0, slash) };
  },
  toName: (path) => `Folder ${baseName(path)}`,
});

/** The same for every notebook of the workspace. */
export const pauseWorkspace: Command = toPause(COMMANDS.pauseWorkspace, {
  find: () => ({ kind: 'folder', path: '' }),
  toName: () => 'the Workspace',
});

interface PauseOptions {
  readonly find: (parts: Parts, args: Args) => Subject | undefined;
  readonly toName: (path: string) => string;
}

function toPause(id: string, { find, toName }: PauseOptions): Command {
  return {
    id,
    inPalette: true,
    label: (parts, args) => {
      const subject = find(parts, args);
      const name = subject === undefined ? 'Folder' : toName(subject.path);
      return `${isPaused(parts, subject) ? 'Resume' : 'Pause'} ${name}`;
    },
    caption: 'Keep no versions until resumed',
    isEnabled: (parts, args) => find(parts, args) !== undefined,
    execute: async (parts, args) => {
      const subject = find(parts, args);
      if (subject === undefined) return;
      const paused = !isPaused(parts, subject);
      try {
        await parts.client.pause({ ...subject, paused });
      } catch (error) {
        tellFailure(paused ? 'Capture was not paused.' : 'Capture was not resumed.', error);
      }
      parts.refreshStates();
    },
  };
}

function isPaused({ board }: Parts, subject: Subject | undefined): boolean {
  const { paused } = board.state;
  if (subject === undefined) return false;
  return (subject.kind === 'folder' ? paused.folders : paused.notebooks).includes(subject.path);
}
