import { InputDialog, Notification } from '@jupyterlab/apputils';

import type { Notebook } from '../../contract/history.js';
import { formatMoment } from '../model/time.js';
import { COMMANDS } from './ids.js';
import { isWritable, type Command } from './parts.js';
import { tellFailure } from './tell.js';

/** Lists the notebooks whose file is not there, deleted or imported without it, and brings the last version of one back to where it was. */
export const showDeleted: Command = {
  id: COMMANDS.showDeleted,
  inPalette: true,
  label: () => 'Restore a Deleted or Imported Notebook…',
  caption: 'Bring back a notebook that is not in this workspace',
  isEnabled: isWritable,
  execute: async (parts) => {
    try {
      const deleted = (await parts.client.notebooks()).filter((notebook) => notebook.deleted);
      if (deleted.length === 0) {
        Notification.info('Every notebook with kept versions is in this workspace.', {
          autoClose: 4000,
        });
        return;
      }
      const notebook = await choose(deleted);
      if (notebook === undefined) return;
      const { path } = await parts.client.restore(notebook.newest, { write: true });
      await parts.openNotebook(path);
      parts.showHistory(path);
    } catch (error) {
      tellFailure('No notebook was restored.', error);
    }
  },
};

async function choose(deleted: readonly Notebook[]): Promise<Notebook | undefined> {
  const now = Date.now();
  const labels = deleted.map(({ path, time, imported }) =>
    imported
      ? `${path} — imported, as of ${formatMoment(time, now)}`
      : `${path} — last kept ${formatMoment(time, now)}`,
  );
  const answer = await InputDialog.getItem({
    title: 'Notebooks that are not in this workspace',
    label: 'Restore the last version of',
    items: labels,
    okLabel: 'Restore',
  });
  return answer.button.accept ? deleted[labels.indexOf(answer.value ?? '')] : undefined;
}
