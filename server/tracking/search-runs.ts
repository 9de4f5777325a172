import { compareText } from '../store/catalog/order.js';
import type { RunRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { readDatasets } from './datasets.js';
import { listExperiments } from './experiments.js';
import { compileFilter } from './filter/compile.js';
import { sortRows } from './filter/order.js';
import { readSearch, type AskedSearch } from './filter/read-search.js';
import { createLineageFields } from './lineage-fields.js';
import { createRunFields } from './run-fields.js';
import { isSeen, type View } from './view.js';

/** Before the rest comes what was started last. */
export interface RunSearch extends AskedSearch {
  /** Ids of experiments. */
  readonly experiments: readonly string[];
  readonly view: View;
}

/** Every run that a search finds, in its order. Throws bad_request for a filter or an order that cannot be used. */
export async function searchRuns(store: Store, search: RunSearch): Promise<readonly RunRow[]> {
  const { filter, order } = await readSearch(search);
  const datasets = await readDatasets(store);
  const lineage = search.strict ? undefined : await createLineageFields(store, datasets);
  const resolve = createRunFields(datasets, lineage);
  const holds = compileFilter(filter, resolve);
  const gone = new Set(
    (await listExperiments(store)).flatMap(({ id, deleted }) => (deleted ? [id] : [])),
  );
  const found: RunRow[] = [];
  for (const experiment of new Set(search.experiments)) {
    const { rows } = await store.catalog.findRuns({ experiment, limit: Infinity });
    for (const row of rows)
      if (isSeen(row.deleted || gone.has(experiment), search.view) && holds(row)) found.push(row);
  }
  return sortRows(found, order, resolve, compareRecent);
}

function compareRecent(a: RunRow, b: RunRow): number {
  return b.start - a.start || compareText(a.id, b.id);
}
