import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { UUID } from '@lumino/coreutils';

import type { Restored } from '../../contract/capture.js';
import { heldSecretWords, redactionWords } from '../../contract/secrets.js';
import { putNotebook } from '../capture/put-notebook.js';
import { findExpired } from '../model/problem.js';
import { formatMoment } from '../model/time.js';
import { baseName } from '../model/words.js';
import { restoreQuestion } from '../view/history-actions.js';
import { COMMANDS } from './ids.js';
import { isWritable, textArg, type Command, type Parts } from './parts.js';
import { tellFailure } from './tell.js';

/**
 * Brings the version `id` back, after asking. What is there now is kept first. An open notebook is changed in its editor, unsaved, so
 * that undo and the notification's button both take it back; a closed one's file is written.
 */
export const restore: Command = {
  id: COMMANDS.restore,
  label: () => 'Restore…',
  // What is there now could not be kept first.
  isEnabled: isWritable,
  execute: async (parts, args) => {
    const id = textArg(args, 'id');
    if (id === undefined) throw new RangeError('cellar:restore needs id, a version');
    try {
      const version = await parts.client.snapshot(id);
      const path = textArg(args, 'path') ?? version.path;
      const question = restoreQuestion({ ...version, path }, Date.now());
      const answer = await showDialog({
        title: question.title,
        body: question.body,
        buttons: [Dialog.cancelButton(), Dialog.okButton({ label: question.confirm })],
      });
      if (!answer.button.accept) return;
      const name = `${baseName(path)} as of ${formatMoment(version.time, Date.now())}`;
      const panel = parts.captures.findPanel(path);
      if (panel === undefined) await restoreFile(parts, { id, path, name });
      else await restoreOpen(parts, panel, { id, path, name });
    } catch (error) {
      const nearest = findExpired(error)?.nearest?.id;
      tellFailure(
        'Nothing was restored.',
        error,
        nearest === undefined
          ? []
          : [
              {
                label: 'Restore that one',
                caption: 'Restore the nearest version that is kept',
                callback: () => void restore.execute(parts, { ...args, id: nearest }),
              },
            ],
      );
    }
  },
};

interface Wanted {
  readonly id: string;
  readonly path: string;
  /** For people: what is restored, as of when. */
  readonly name: string;
}

async function restoreOpen(parts: Parts, panel: NotebookPanel, wanted: Wanted): Promise<void> {
  const content = parts.captures.textOf(panel);
  const key = UUID.uuid4();
  const restored = await parts.client.restore(wanted.id, {
    key,
    content,
    write: false,
    path: wanted.path,
  });
  // The person may have typed while the server kept what was there: then that is kept only by undo, as any edit.
  if (!putNotebook(panel.context.model, restored.content)) {
    await restoreFile(parts, wanted);
    if (!panel.isDisposed) await panel.context.revert();
    return;
  }
  tellDone(wanted, restored, () => {
    putNotebook(panel.context.model, content);
  });
}

async function restoreFile(parts: Parts, wanted: Wanted): Promise<void> {
  const restored = await parts.client.restore(wanted.id, {
    key: UUID.uuid4(),
    write: true,
    path: wanted.path,
  });
  const { before, path } = restored;
  const undo =
    before === null
      ? undefined
      : (): void => {
          parts.client
            .restore(before.id, { key: UUID.uuid4(), write: true, path })
            .catch((error: unknown) => {
              tellFailure('The restore was not undone.', error);
            });
        };
  tellDone(wanted, restored, undo);
}

/** Says what was restored; of secrets that were not kept with it that marks stand there, or that the notebook still holds them. */
function tellDone(
  { name, path }: Wanted,
  { redactions, kept }: Pick<Restored, 'redactions' | 'kept'>,
  undo: (() => void) | undefined,
): void {
  const actions =
    undefined === undo ? [] : [{ label: 'Undo', caption: 'Take the restore back', callback: undo }];
  const missing = redactions.length - kept;
  const words = [
    `Restored ${name}.`,
    ...(missing > 0 ? [redactionWords(missing)] : []),
    ...(kept > 0 ? [heldSecretWords(baseName(path), kept)] : []),
  ];
  if (words.length === 1) Notification.success(words.join(' '), { autoClose: 10_000, actions });
  else Notification.warning(words.join(' '), { autoClose: false, actions });
}
