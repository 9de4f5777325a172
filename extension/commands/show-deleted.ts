import { InputDialog, Notification } from '@jupyterlab/apputils';

import type { Notebook } from '../../contract/history.js';
import { formatMoment } from '../model/time.js';
import { COMMANDS } from './ids.js';
import type { Command } from './parts.js';
import { tellFailure } from './tell.js';

/** Lists the notebooks whose file is gone and brings the last version of one back to where it was. */
export const showDeleted: Command = {
  id: COMMANDS.showDeleted,
  inPalette: true,
  label: () => 'Show Deleted Notebooks…',
  caption: 'Bring a deleted notebook back',
  execute: async (parts) => {
    try {
      const deleted = (await parts.client.notebooks()).filter((notebook) => notebook.deleted);
      if (deleted.length === 0) {
        Notification.info('No notebook with kept versions is deleted.', { autoClose: 4000 });
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
  const labels = deleted.map(({ path, time }) => `${path} — last kept ${formatMoment(time, now)}`);
  const answer = await InputDialog.getItem({
    title: 'Deleted notebooks',
    label: 'Restore the last version of',
    items: labels,
    okLabel: 'Restore',
  });
  return answer.button.accept ? deleted[labels.indexOf(answer.value ?? '')] : undefined;
}
