import { Dialog, MainAreaWidget, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { createElement } from 'react';

import { cellarIcon } from '../commands/icon.js';
import { countChoices } from '../model/merge-takes.js';
import type { MergeModel } from '../model/merge.js';
import { baseName, formatCount } from '../model/words.js';
import type { MergeView } from '../view/merge-view.js';

/** The tab in which a notebook's merge is resolved; it asks before it is closed with choices that were not saved. */
export class MergeTab extends MainAreaWidget<ReactWidget> {
  constructor(
    readonly path: string,
    readonly model: MergeModel,
    view: typeof MergeView,
  ) {
    super({ content: ReactWidget.create(createElement(view, { model })) });
    // The view has a head of its own.
    this.toolbar.hide();
    this.id = tabId(path);
    this.title.icon = cellarIcon;
    this.title.closable = true;
    this.title.label = `Merge ${baseName(path)}`;
    this.title.caption = `Resolve the merge of ${path}`;
    model.subscribe(() => {
      this.title.className = model.isUnsaved ? 'jp-mod-dirty' : '';
    });
  }

  override dispose(): void {
    this.model.dispose();
    super.dispose();
  }

  protected override onCloseRequest(message: Message): void {
    if (this.model.isUnsaved) void this.#askToClose();
    else super.onCloseRequest(message);
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.node.querySelector<HTMLElement>('.cellar-Merge')?.focus();
  }

  async #askToClose(): Promise<void> {
    const count = countChoices(this.model.state.choices);
    const { button } = await showDialog({
      title: `Close the merge of ${baseName(this.path)}?`,
      body: `Nothing was saved. ${formatCount(count, 'choice is', 'choices are')} kept for when you open it again in this browser tab.`,
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: 'Close' })],
    });
    if (button.accept) this.dispose();
  }
}

/** The id of the tab for a notebook. */
export function tabId(path: string): string {
  return `cellar-merge:${path}`;
}
