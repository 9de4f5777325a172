import type { Bundle } from '../../contract/bundle.js';
import type { Execution } from '../../contract/snapshot.js';
import { CellarError } from '../errors.js';
import { newestOf, readNotebook, type History } from '../history/history.js';
import { findBundles } from '../notebook/bundles.js';
import type { Notebook } from '../notebook/notebook.js';
import { findParameters, holdsParameters } from '../notebook/papermill.js';
import { findPrinted } from '../notebook/printed.js';
import { parseNotebook } from '../notebook/read.js';
import type { ShownBundle } from './runs.js';
import type { Warning } from './warning.js';

/** What a burst's cells say of themselves beside the bundles that they displayed: papermill's parameters, and metrics that they printed. */
export function findTold(
  notebook: Notebook,
  executions: readonly Execution[],
  printed: readonly string[],
): readonly ShownBundle[] {
  const ran = new Set(executions.map(({ cell }) => cell));
  const cells = notebook.cells.filter(({ id }) => id !== undefined && ran.has(id));
  const parameters = cells.some(holdsParameters) ? findParameters(notebook) : undefined;
  return [
    ...(parameters === undefined
      ? []
      : [{ cell: parameters.cell, bundle: { params: parameters.params } }]),
    ...toPrinted(cells, printed),
  ];
}

function toPrinted(cells: Notebook['cells'], printed: readonly string[]): readonly ShownBundle[] {
  if (printed.length === 0) return [];
  return cells.flatMap((cell) => {
    const bundle = findPrinted(cell, printed);
    return bundle === undefined ? [] : [{ cell: cell.id ?? '', bundle }];
  });
}

/** What a notebook's file says that the newest version of it does not say yet; and what of it could not be read. */
export async function findFresh(
  history: History,
  path: string,
  { notebook, printed }: { readonly notebook: Notebook; readonly printed: readonly string[] },
): Promise<{ readonly shown: readonly ShownBundle[]; readonly warnings: readonly Warning[] }> {
  const found = findBundles(notebook);
  const warnings = found.flatMap((each) =>
    each.kind === 'invalid'
      ? [
          {
            code: 'bad_request',
            message: `Metrics in cell ${each.index + 1} could not be read: ${each.reason}.`,
          },
        ]
      : [],
  );
  const all = [
    ...toPrinted(notebook.cells, printed),
    ...found.flatMap((each) =>
      each.kind === 'bundle' ? [{ cell: each.cell, bundle: each.bundle }] : [],
    ),
  ];
  const parameters = findParameters(notebook);
  if (all.length === 0 && parameters === undefined) return { shown: [], warnings };

  const before = await findBefore(history, path);
  const known = new Set(
    before === undefined
      ? []
      : [
          ...findBundles(before).flatMap((each) => (each.kind === 'bundle' ? [each.bundle] : [])),
          ...toPrinted(before.cells, printed).map(({ bundle }) => bundle),
        ].map(keyOf),
  );
  const shown = all.filter(({ bundle }) => !known.has(keyOf(bundle)));
  if (parameters === undefined) return { shown, warnings };
  const old = before === undefined ? undefined : findParameters(before);
  // What was run with them anew has them, though they are the same as before.
  const isFresh =
    shown.some(({ bundle }) => bundle.run === undefined) ||
    JSON.stringify(old?.params) !== JSON.stringify(parameters.params);
  const { cell, params } = parameters;
  return { shown: isFresh ? [{ cell, bundle: { params } }, ...shown] : shown, warnings };
}

function keyOf(bundle: Bundle): string {
  return JSON.stringify(bundle);
}

/** The newest version; undefined without one. What was kept before a restore may be unreadable as a notebook. */
async function findBefore({ store }: History, path: string): Promise<Notebook | undefined> {
  const row = await store.catalog.findNotebookAt(path);
  const newest = row === undefined ? undefined : await newestOf(store, row.id);
  if (newest === undefined) return undefined;
  try {
    return parseNotebook(await readNotebook(store, newest));
  } catch (error) {
    if (error instanceof CellarError) return undefined;
    throw error;
  }
}
