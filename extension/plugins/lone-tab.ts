import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { ReactElement } from 'react';

import { cellarIcon } from '../commands/icon.js';

/** A tab of which there is one: whatever is asked for next takes it over. Its model goes with it. */
export class LoneTab<Model extends { dispose(): void }> extends MainAreaWidget<ReactWidget> {
  constructor(
    readonly model: Model,
    {
      id,
      label,
      view,
    }: { readonly id: string; readonly label: string; readonly view: ReactElement },
  ) {
    super({ content: ReactWidget.create(view) });
    // The view has a head of its own.
    this.toolbar.hide();
    this.id = id;
    this.title.icon = cellarIcon;
    this.title.closable = true;
    this.title.label = label;
  }

  override dispose(): void {
    this.model.dispose();
    super.dispose();
  }

  /** Notebook 7, which has no shell of JupyterLab's, holds one document in its main area; there it stands beside it. */
  addTo({ shell }: JupyterFrontEnd, isLab: boolean): void {
    shell.add(this, isLab ? 'main' : 'right', { type: 'Cellar' });
  }
}
