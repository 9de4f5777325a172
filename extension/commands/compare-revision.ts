import { Dialog, ReactWidget } from '@jupyterlab/apputils';
import { createElement, type ReactElement } from 'react';

import { RevisionsModel } from '../model/revisions.js';
import { baseName } from '../model/words.js';
import { RevisionList } from '../view/revision-list.js';
import { COMMANDS } from './ids.js';
import { targetPath, textArg, type Command, type Parts } from './parts.js';

/** Compares a notebook as it stands with a revision of the git repository around it: `revision`, else one that the person chooses. */
export const compareRevision: Command = {
  id: COMMANDS.compareRevision,
  inPalette: true,
  label: () => 'Compare with Git Revision…',
  caption: 'Show what changed since a commit, a branch or a tag',
  isEnabled: (parts, args) => targetPath(parts, args) !== undefined,
  execute: async (parts, args) => {
    const path = targetPath(parts, args);
    if (path === undefined) return;
    const revision = textArg(args, 'revision') ?? (await askRevision(parts, path));
    if (revision === undefined) return;
    await parts.openComparison({
      base: { kind: 'git', path, revision },
      head: { kind: 'now', path },
    });
  },
};

async function askRevision(parts: Parts, path: string): Promise<string | undefined> {
  const picker = new RevisionPicker(new RevisionsModel(parts.client));
  void picker.model.load(path);
  const dialog = new Dialog({
    title: `Compare ${baseName(path)} with a revision`,
    body: picker,
    focusNodeSelector: 'input',
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: 'Compare' })],
  });
  picker.onDone = () => {
    dialog.resolve();
  };
  const { button, value } = await dialog.launch();
  return button.accept ? (value ?? undefined) : undefined;
}

/** The body of the dialog; its value is the chosen revision, undefined for none. */
class RevisionPicker extends ReactWidget implements Dialog.IBodyWidget<string | undefined> {
  onDone = (): void => undefined;

  constructor(readonly model: RevisionsModel) {
    super();
  }

  getValue(): string | undefined {
    return this.model.revision;
  }

  protected override render(): ReactElement {
    return createElement(RevisionList, {
      model: this.model,
      onDone: () => {
        this.onDone();
      },
    });
  }
}
