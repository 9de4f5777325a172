import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from '@jupyterlab/application';
import { Dialog, Notification, showDialog, WidgetTracker } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

import type { MergeView } from '../../contract/merge.js';
import { createMergeClient } from '../client/merge.js';
import { COMMANDS } from '../commands/ids.js';
import { tellFailure } from '../commands/tell.js';
import type { MergeModel } from '../model/merge.js';
import { baseName, formatCount } from '../model/words.js';
import { createBrowserMemory } from './browser-memory.js';
import { watchRefusals } from './merge-refusals.js';
import { MergeTab, tabId } from './merge-tab.js';
import { ICellar, IMerges, type Cellar, type Merges } from './tokens.js';

/** How long a refused notebook may wait for Cellar to say whether it is a merge, in milliseconds. */
const PATIENCE = 10_000;
/** How long after a notebook was opened git's index is asked about it, in milliseconds: opening comes first. */
const OFFER_AFTER = 1500;
/** Where it is remembered which merge of a notebook was saved, and need not be offered again. */
const DONE = 'merged:';

/** Shows the merge instead of an error where a notebook's file holds conflicts. */
export const mergePlugin: JupyterFrontEndPlugin<Merges> = {
  id: 'jupyterlab-cellar:merge',
  description: 'Resolves the merge conflicts of a notebook, also of one that cannot be opened.',
  autoStart: true,
  requires: [ICellar, INotebookTracker],
  optional: [ILabShell, ILayoutRestorer],
  provides: IMerges,
  activate: (
    app: JupyterFrontEnd,
    cellar: Cellar,
    notebooks: INotebookTracker,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
  ): Merges => {
    const tabs = new MergeTabs(app, cellar, notebooks, labShell !== null);
    watchRefusals(app.serviceManager.contents, (path) => tabs.takeRefused(path));
    notebooks.widgetAdded.connect((_, panel) => {
      void panel.context.ready.then(() =>
        setTimeout(() => void tabs.offer(panel).catch(() => undefined), OFFER_AFTER),
      );
    });
    void restorer?.restore(tabs.tracker, {
      command: COMMANDS.resolveMerge,
      args: ({ path }) => ({ path }),
      name: ({ path }) => path,
    });
    return { open: (path) => tabs.open(path) };
  },
};

class MergeTabs {
  readonly tracker = new WidgetTracker<MergeTab>({ namespace: 'cellar-merge' });
  readonly #client;
  readonly #drafts;

  constructor(
    private readonly app: JupyterFrontEnd,
    { base }: Cellar,
    private readonly notebooks: INotebookTracker,
    private readonly isLab: boolean,
  ) {
    this.#client = createMergeClient({ base });
    this.#drafts = createBrowserMemory(base, () => sessionStorage);
  }

  /** Shows the merge of a notebook, or says that it waits for none. */
  async open(path: string): Promise<void> {
    if (this.#activate(path)) return;
    try {
      const { tab, model } = await this.#load(path);
      if (model.state.phase === 'absent') {
        Notification.info(`${baseName(path)} has no merge conflicts.`, { autoClose: 4000 });
        model.dispose();
      } else this.#add(tab());
    } catch (error) {
      tellFailure(`The merge of ${baseName(path)} could not be shown.`, error);
    }
  }

  /** Shows the merge in place of a notebook that Jupyter refused to read, if it is one; else false. */
  async takeRefused(path: string): Promise<boolean> {
    const panels = this.#panelsOf(path);
    const loading = panels.filter(({ context }) => !context.isReady);
    if (loading.length === 0) {
      // An open notebook was to be read anew: what it holds must not go, so that the error is shown too.
      for (const panel of panels) void this.offer(panel).catch(() => undefined);
      return false;
    }
    try {
      const { tab, model } = await withinPatience(this.#load(path));
      if (model.state.phase !== 'ready') {
        model.dispose();
        return false;
      }
      const isOnly = !this.isLab;
      for (const panel of loading) panel.dispose();
      this.#add(tab(), isOnly);
      return true;
    } catch {
      // Cellar is away or slow: the notebook is refused as it would be without Cellar.
      return false;
    }
  }

  /** Says of an open notebook that git's index waits for its merge. */
  async offer(panel: NotebookPanel): Promise<void> {
    const path = panel.context.localPath;
    const view = await this.#client.find(path);
    if (view === undefined || view.conflicts === 0 || panel.isDisposed) return;
    if (this.#drafts.get(DONE + path) === nameMerge(view)) return;
    const count = formatCount(view.conflicts, 'merge conflict');
    Notification.warning(`${baseName(path)} has ${count}.`, {
      autoClose: false,
      actions: [
        {
          label: 'Resolve',
          caption: 'Decide them one by one',
          displayType: 'accent',
          callback: () => void this.open(path),
        },
      ],
    });
  }

  #activate(path: string): boolean {
    const isOpen = this.tracker.find((tab) => tab.path === path) !== undefined;
    if (isOpen) this.app.shell.activateById(tabId(path));
    return isOpen;
  }

  /** The views load by themselves, not with JupyterLab. */
  async #load(path: string): Promise<{ readonly model: MergeModel; readonly tab: () => MergeTab }> {
    const [{ MergeModel }, { MergeView }] = await Promise.all([
      import('../model/merge.js'),
      import('../view/merge-view.js'),
    ]);
    const model = new MergeModel({ client: this.#client, path, memory: this.#drafts });
    await model.load();
    return { model, tab: () => new MergeTab(path, model, MergeView) };
  }

  /** `isOnly`: the tab takes the place of the one document that Notebook 7 shows. */
  #add(tab: MergeTab, isOnly = false): void {
    const { shell } = this.app;
    shell.add(tab, this.isLab || isOnly ? 'main' : 'right', { type: 'Cellar' });
    void this.tracker.add(tab);
    shell.activateById(tab.id);
    const unsubscribe = tab.model.subscribe(() => {
      if (tab.model.state.phase !== 'saved') return;
      unsubscribe();
      void this.#finish(tab, isOnly);
    });
  }

  async #finish(tab: MergeTab, isOnly: boolean): Promise<void> {
    const { path, model } = tab;
    const { unresolved, view } = model.state;
    if (view !== undefined) this.#drafts.set(DONE + path, nameMerge(view));
    const rest =
      unresolved === 0
        ? ''
        : ` ${formatCount(unresolved, 'conflict stays', 'conflicts stay')} in the file.`;
    if (isOnly) {
      // The address names the notebook, which can be read now.
      location.reload();
      return;
    }
    tab.dispose();
    const next = view?.origin === 'index' ? ` To tell git: git add ${toWord(path)}` : '';
    Notification.success(`The merge of ${baseName(path)} was saved.${rest}${next}`, {
      autoClose: 10_000,
    });
    for (const panel of this.#panelsOf(path)) await renew(panel);
    await this.app.commands.execute('docmanager:open', { path });
  }

  #panelsOf(path: string): readonly NotebookPanel[] {
    const panels: NotebookPanel[] = [];
    this.notebooks.forEach((panel) => {
      if (panel.context.localPath === path) panels.push(panel);
    });
    return panels;
  }
}

/** Loads what was merged into an open notebook; asks before that drops what was not saved there. */
async function renew({ context }: NotebookPanel): Promise<void> {
  if (context.model.dirty) {
    const { button } = await showDialog({
      title: `Load the merged ${baseName(context.localPath)}?`,
      body: 'It is open with changes that were not saved. Loading the merged notebook drops them.',
      buttons: [
        Dialog.cancelButton({ label: 'Keep what is open' }),
        Dialog.okButton({ label: 'Load' }),
      ],
    });
    if (!button.accept) return;
  }
  await context.revert();
}

/** What tells one merge from another, whatever its file holds by now: git's index knows a merge as waiting until `git add`. */
function nameMerge({ labels, decisions }: MergeView): string {
  return [labels.local, labels.remote, ...decisions.map(({ id }) => id)].join(' ');
}

/** A path as one word of a shell. */
function toWord(path: string): string {
  return /^[\w./@%+=:,][\w./@%+=:,-]*$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

function withinPatience<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('no answer in time'));
    }, PATIENCE);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
