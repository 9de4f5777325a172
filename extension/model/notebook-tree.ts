import type { Notebook } from '../../contract/history.js';

/** A line of the notebooks' tree: a folder, or a notebook in it; `depth` counts from 0. */
export type TreeLine =
  | { readonly kind: 'folder'; readonly key: string; readonly name: string; readonly depth: number }
  | {
      readonly kind: 'notebook';
      readonly key: string;
      readonly name: string;
      readonly depth: number;
      readonly notebook: Notebook;
    };

/** Notebooks as a tree by their paths, folders first, notebooks whose file is not there last; with words, only those whose path has them all. */
export function toTree(notebooks: readonly Notebook[], text: string): readonly TreeLine[] {
  const words = text.toLowerCase().split(/\s+/);
  const found = notebooks.filter(({ path }) =>
    words.every((word) => path.toLowerCase().includes(word)),
  );
  const root = makeFolder();
  for (const notebook of found) {
    const parts = notebook.path.split('/');
    parts.slice(0, -1).reduce(enter, root).notebooks.push(notebook);
  }
  return linesOf(root, '', 0);
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly notebooks: Notebook[];
}

function makeFolder(): Folder {
  return { folders: new Map(), notebooks: [] };
}

function enter(folder: Folder, name: string): Folder {
  const found = folder.folders.get(name) ?? makeFolder();
  folder.folders.set(name, found);
  return found;
}

function linesOf(folder: Folder, path: string, depth: number): readonly TreeLine[] {
  const folders = [...folder.folders].sort(([a], [b]) => a.localeCompare(b));
  const notebooks = [...folder.notebooks].sort(
    (a, b) => Number(a.deleted) - Number(b.deleted) || a.path.localeCompare(b.path),
  );
  return [
    ...folders.flatMap(([name, inner]): readonly TreeLine[] => [
      { kind: 'folder', key: `${path}${name}/`, name, depth },
      ...linesOf(inner, `${path}${name}/`, depth + 1),
    ]),
    ...notebooks.map((notebook): TreeLine => {
      const name = notebook.path.slice(notebook.path.lastIndexOf('/') + 1);
      return { kind: 'notebook', key: notebook.id, name, depth, notebook };
    }),
  ];
}
