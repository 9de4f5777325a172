import type { Contents } from '@jupyterlab/services';

import { findOrigin } from './copies.js';
import type { Outbox } from './outbox.js';

export interface IdentityOptions {
  readonly contents: Pick<Contents.IManager, 'fileChanged' | 'localPath'>;
  readonly outbox: Outbox;
  /** The notebooks that are open now. */
  readonly openPaths: () => readonly string[];
  readonly onSavedAs: (from: string, to: string) => void;
}

const MOST_COPIED = 200;

/**
 * Tells the server where notebooks went. A rename or move carries the whole history along, and so does Save As: the person goes on
 * with the notebook under its new name. The file that Save As leaves behind is the copy then: when it is next kept it starts a
 * history of its own, which names this one as its origin.
 */
export class IdentityWatch {
  readonly #options: IdentityOptions;
  #copied: readonly string[] = [];
  /** Notebooks that are being saved; JupyterLab says "saving" of the old path also when it saves under a new one. */
  readonly #saving = new Set<string>();

  constructor(options: IdentityOptions) {
    this.#options = options;
    options.contents.fileChanged.connect(this.#onChange);
  }

  /** A person duplicated or copied these files in the file browser. */
  copied(paths: readonly string[]): void {
    this.#copied = [...new Set([...paths, ...this.#copied])].slice(0, MOST_COPIED);
  }

  /** A notebook begins or has ended to be saved. */
  saving(path: string, isSaving: boolean): void {
    if (isSaving) this.#saving.add(path);
    else this.#saving.delete(path);
  }

  readonly #onChange = (_: unknown, change: Contents.IChangedArgs): void => {
    const to = this.#toLocal(change.newValue?.path);
    if (to === undefined) return;
    switch (change.type) {
      case 'rename': {
        const from = this.#toLocal(change.oldValue?.path);
        if (from === undefined || from === to) return;
        if (isNotebook(to) || isNotebook(from) || change.newValue?.type === 'directory') {
          void this.#options.outbox.put({ kind: 'rename', from, to });
        }
        return;
      }
      case 'new': {
        if (!isNotebook(to)) return;
        const from = findOrigin(to, this.#copied);
        if (from !== undefined) void this.#options.outbox.put({ kind: 'copy', from, to });
        return;
      }
      case 'save': {
        if (!isNotebook(to) || this.#options.openPaths().includes(to)) return;
        // Two notebooks saved at one moment could be either one's Save As: then the server finds the origin by the cells.
        const [from, ...others] = this.#saving;
        if (from === undefined || others.length > 0) return;
        void this.#options.outbox.put({ kind: 'rename', from, to });
        this.#options.onSavedAs(from, to);
        return;
      }
      default:
        return;
    }
  };

  #toLocal(path: string | undefined): string | undefined {
    return path === undefined ? undefined : this.#options.contents.localPath(path);
  }
}

function isNotebook(path: string): boolean {
  return path.toLowerCase().endsWith('.ipynb');
}
