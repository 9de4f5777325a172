import type { BundleDataset } from '../../contract/dataset.js';
import type { History } from '../history/history.js';
import type { RunInput } from '../store/catalog/rows.js';
import { keepDataset, readDatasets } from '../tracking/datasets.js';
import { CONTEXT_TAG } from '../tracking/run-fields.js';
import type { DraftRun } from './runs.js';
import type { Warning } from './warning.js';

/** The data that each run read, by the run's id, all of them kept already; and what could not be found. */
export interface KeptInputs {
  readonly byRun: ReadonlyMap<string, RunInput[]>;
  readonly warnings: readonly Warning[];
}

/** Keeps the data that the code of the runs described, in order: what is made of others comes after them. */
export async function keepInputs(
  history: History,
  drafts: readonly DraftRun[],
): Promise<KeptInputs> {
  const byRun = new Map<string, RunInput[]>();
  const warnings: Warning[] = [];
  for (const draft of drafts) {
    const inputs: RunInput[] = [];
    for (const dataset of draft.datasets) {
      const parent = await findParent(history, dataset);
      if (parent === undefined && dataset.featuresOf !== undefined)
        warnings.push(unknownParent(dataset.name, dataset.featuresOf.name));
      const { context } = dataset;
      inputs.push({
        kind: 'dataset',
        id: await keepDataset(history, toKept(dataset, parent ?? null)),
        tags: context === undefined ? [] : [{ name: CONTEXT_TAG, value: context }],
      });
    }
    byRun.set(draft.id, inputs);
  }
  return { byRun, warnings };
}

/** The newest data of that name, and of that digest where one is given. */
async function findParent(
  { store }: History,
  { featuresOf }: BundleDataset,
): Promise<string | undefined> {
  if (featuresOf === undefined) return undefined;
  const { name, digest } = featuresOf;
  const all = [...(await readDatasets(store))];
  return all.find(
    ([, each]) => each.name === name && (digest === undefined || each.digest === digest),
  )?.[0];
}

function toKept(dataset: BundleDataset, parent: string | null): Parameters<typeof keepDataset>[1] {
  const { name, digest, kind, origin = '', sha256 = null, columns, values } = dataset;
  const { rows = null, columnCount = null, target = null } = dataset;
  return {
    ...{ name, digest, sourceType: kind, origin, schema: '', profile: '' },
    described: { sha256, rows, columnCount, columns, target, parent, values },
  };
}

function unknownParent(name: string, parent: string): Warning {
  return {
    code: 'dataset_unknown',
    message: `${name} is said to be made of ${parent}, of which nothing is kept: log that with cellar.dataset first.`,
  };
}
