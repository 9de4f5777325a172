import { encodePath } from '../store/disk/names.js';

/**
 * Paths for files that go to any system: no name that Windows refuses, and no two that differ in case or in Unicode form alone, since
 * most file systems of desktops take those for one.
 */
export class ExportNames {
  readonly #taken = new Set<string>();

  /** A folder for a notebook, after its path without its ending. */
  folder(path: string): string {
    return this.#take(encodePath(path.replace(/\.ipynb$/i, '')), '');
  }

  /** A file in a folder that `folder` gave, or below it. */
  file(folder: string, name: string): string {
    const [, stem = '', ending = ''] = /^([^]*?)(\.[^./]{1,16})?$/.exec(encodePath(name)) ?? [];
    return this.#take(`${folder}/${stem}`, ending);
  }

  #take(stem: string, ending: string): string {
    for (let count = 1; ; count += 1) {
      const path = `${stem}${count === 1 ? '' : ` (${count})`}${ending}`;
      const plain = path.normalize('NFC').toLowerCase();
      if (this.#taken.has(plain)) continue;
      this.#taken.add(plain);
      return path;
    }
  }
}
