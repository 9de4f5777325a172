import { InputDialog, Notification } from '@jupyterlab/apputils';

import { MAX_MESSAGE_LENGTH } from '../../contract/limits.js';
import type { Outcome } from '../capture/outbox.js';
import { formatClock } from '../model/time.js';
import { baseName } from '../model/words.js';
import { COMMANDS } from './ids.js';
import { isWritable, targetPath, type Command } from './parts.js';
import { cellarIcon } from './icon.js';
import { tellFailure } from './tell.js';

/** Longer than a version takes to be kept, shorter than a person wonders. */
const PATIENCE = 3000;

/** Keeps a version of the notebook in front, with a message if the person gives one. */
export const snapshot: Command = {
  id: COMMANDS.snapshot,
  inPalette: true,
  label: () => 'Keep This Version…',
  caption: 'Keep this version of the notebook, with a message',
  icon: cellarIcon,
  isEnabled: (parts) => {
    const path = parts.currentNotebook()?.context.localPath;
    return path !== undefined && parts.board.isOn(path) && isWritable(parts);
  },
  execute: async (parts, args) => {
    const panel = parts.currentNotebook();
    const path = targetPath(parts, args);
    if (panel === undefined || path === undefined) return;
    const name = baseName(path);
    const answer = await InputDialog.getText({
      title: `Keep this version of ${name}`,
      label: 'Message (may stay empty)',
      placeholder: 'What makes it worth finding again?',
      okLabel: 'Keep',
    });
    if (!answer.button.accept) return;
    const given = (answer.value ?? '').trim();
    const message = given.slice(0, MAX_MESSAGE_LENGTH);
    const outcome = parts.captures.take(panel, message === '' ? undefined : message);
    const slow = new Promise<'slow'>((resolve) => setTimeout(resolve, PATIENCE, 'slow'));
    tell(name, await Promise.race([outcome, slow]));
    if (message !== given) Notification.warning(toCut(message.length), { autoClose: 6000 });
  },
};

function toCut(length: number): string {
  return `The message is cut to its first ${length.toLocaleString('en')} characters.`;
}

function tell(name: string, outcome: Outcome | 'slow' | undefined): void {
  if (outcome === 'slow') {
    const text = `${name} waits in this browser and will be kept when Cellar answers again.`;
    Notification.warning(text, { autoClose: 6000 });
    return;
  }
  switch (outcome?.kind) {
    case 'kept': {
      const { created, snapshot: kept } = outcome.kept;
      const time = formatClock(kept.time);
      const text = created
        ? `Kept ${name} as of ${time}.`
        : `${name} is as it was kept at ${time}.`;
      Notification.success(text, { autoClose: 3000 });
      return;
    }
    case 'refused':
      tellFailure(`${name} was not kept.`, outcome.error);
      return;
    default:
      return;
  }
}
