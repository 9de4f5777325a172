import { encodePath } from '../store/disk/names.js';

/** What stands at the top of an export. */
export const README_NAME = 'README.txt';

/**
 * Paths for files that go to any system: no name that Windows refuses, and no two that differ in case or in Unicode form alone, since
 * most file systems of desktops take those for one; and no file where another path has a folder.
 */
export class ExportNames {
  /** In small letters and one Unicode form. */
  readonly #files = new Set<string>([toPlain(README_NAME)]);
  /** Folders that were given, and whatever stands above anything. */
  readonly #folders = new Set<string>();
  readonly #given = new Set<string>();

  /** A folder for a notebook, after its path without its ending. */
  folder(path: string): string {
    const parts = encodePath(path.replace(/\.ipynb$/i, '')).split('/');
    const name = parts.pop() ?? '';
    const above = parts.reduce((folder, part) => {
      const free = findFree(`${folder}${part}`, '', (plain) => this.#files.has(plain));
      this.#folders.add(toPlain(free));
      return `${free}/`;
    }, '');
    const isTaken = (plain: string): boolean => this.#files.has(plain) || this.#given.has(plain);
    const free = findFree(`${above}${name}`, '', isTaken);
    this.#given.add(toPlain(free));
    this.#folders.add(toPlain(free));
    return free;
  }

  /** A file in a folder that `folder` gave, or below it. */
  file(folder: string, name: string): string {
    const [, stem = '', ending = ''] = /^([^]*?)(\.[^./]{1,16})?$/.exec(encodePath(name)) ?? [];
    const isTaken = (plain: string): boolean => this.#files.has(plain) || this.#folders.has(plain);
    const free = findFree(`${folder}/${stem}`, ending, isTaken);
    this.#files.add(toPlain(free));
    for (let end = free.lastIndexOf('/'); end > 0; end = free.lastIndexOf('/', end - 1))
      this.#folders.add(toPlain(free.slice(0, end)));
    return free;
  }
}

function toPlain(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** The path, or the first of "path (2)", "path (3)", … that is not taken. */
function findFree(stem: string, ending: string, isTaken: (plain: string) => boolean): string {
  for (let count = 1; ; count += 1) {
    const path = `${stem}${count === 1 ? '' : ` (${count})`}${ending}`;
    if (!isTaken(toPlain(path))) return path;
  }
}
