import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { createElement } from 'react';

import type { CompareSides } from '../../contract/compare.js';
import { COMMANDS } from '../commands/ids.js';
import type { CompareModel } from '../model/compare.js';
import { sideCaption, sidePath, sideWords } from '../model/sides.js';
import { baseName } from '../model/words.js';
import { LoneTab } from './lone-tab.js';
import { IComparisons, ICellar, type Cellar, type Comparisons } from './tokens.js';

const TAB_ID = 'cellar-comparison';
/** Milliseconds. */
const LOAD_AFTER = 3000;

/** The tab that compares: walking down a history must not leave a row of tabs. */
type ComparisonTab = LoneTab<CompareModel>;

/** Shows what differs between two notebooks, or two states of one, in the main area. */
export const comparePlugin: JupyterFrontEndPlugin<Comparisons> = {
  id: 'jupyterlab-cellar:compare',
  description: 'Shows what differs between two notebooks, or two states of one.',
  autoStart: true,
  requires: [ICellar],
  optional: [ILabShell, ILayoutRestorer],
  provides: IComparisons,
  activate: (
    app: JupyterFrontEnd,
    cellar: Cellar,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
  ): Comparisons => {
    const tracker = new WidgetTracker<ComparisonTab>({ namespace: 'cellar-compare' });
    let tab: ComparisonTab | undefined;
    const editorText = (path: string): string | undefined => {
      const panel = cellar.captures.findPanel(path);
      return panel === undefined ? undefined : cellar.captures.textOf(panel);
    };
    const open = async (asked: CompareSides): Promise<void> => {
      const [{ CompareModel }, { DiffView }] = await loadViews();
      if (tab === undefined) {
        const { client, memory } = cellar;
        const model = new CompareModel({ client, memory, asked, editorText });
        const view = createElement(DiffView, { model });
        const created = new LoneTab(model, { id: TAB_ID, label: 'Compare', view });
        tab = created;
        created.disposed.connect(() => {
          tab = undefined;
        });
        created.addTo(app, labShell !== null);
        void tracker.add(created);
        followTitle(created, () => void tracker.save(created));
        void model.load();
      } else void tab.model.show(asked);
      app.shell.activateById(TAB_ID);
    };
    // Well after JupyterLab's own start, so that the first click need not wait for them.
    void app.restored.then(() =>
      setTimeout(() => void loadViews().catch(() => undefined), LOAD_AFTER),
    );
    void restorer?.restore(tracker, {
      command: COMMANDS.compare,
      args: ({ model }) => toArgs(model.state.asked),
      name: () => TAB_ID,
    });
    return { open };
  },
};

/** The views load by themselves, not with JupyterLab; a failure shows when one is asked for. */
const loadViews = () =>
  Promise.all([import('../model/compare.js'), import('../view/diff-view.js')]);

/** Names the tab after what it shows, and says when that changed. */
function followTitle(tab: ComparisonTab, onChange: () => void): void {
  let shown: unknown;
  tab.model.subscribe(() => {
    const { comparison, asked } = tab.model.state;
    if (asked !== shown) {
      shown = asked;
      onChange();
    }
    if (comparison === undefined) {
      tab.title.caption = '';
      return;
    }
    const { base, head } = comparison;
    const path = sidePath(head);
    const words = sideWords(base, head, Date.now());
    const name = sidePath(base) === path ? `${baseName(path)}: ` : '';
    tab.title.label = `${name}${words.base} → ${words.head}`;
    tab.title.caption = `${sideCaption(base)}\n→\n${sideCaption(head)}`;
  });
}

/** What the tab is opened with after a reload: what an editor held then is asked for anew. */
function toArgs({ base, head, show }: CompareSides): ReadonlyPartialJSONObject {
  return { base: { ...base }, head: { ...head }, ...(show === undefined ? {} : { show }) };
}
