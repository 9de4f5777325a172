import type { RunRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import type { Dataset } from './datasets.js';
import type { FieldReader } from './filter/compile.js';

/** Fields that tell where runs come from, by name: what MLflow's grammar does not have. */
export type LineageFields = ReadonlyMap<string, FieldReader<RunRow>>;

/** What runs can be searched by of the notebooks, versions, cells and data that made them. */
export async function createLineageFields(
  { catalog }: Store,
  datasets: ReadonlyMap<string, Dataset>,
): Promise<LineageFields> {
  const notebooks = new Map(
    (await catalog.notebooks()).map(({ id, path, formerPaths }) => [
      id,
      [path, ...formerPaths, id],
    ]),
  );
  const runs = await catalog.runs();
  const versions = await catalog.snapshotsById(runs.flatMap(({ snapshot }) => snapshot ?? []));
  const several = { type: 'text', lists: true, several: true } as const;
  return new Map<string, FieldReader<RunRow>>([
    // By its path now, by one it had, or by its id.
    ['notebook', { ...several, read: ({ notebook }) => notebooks.get(notebook ?? '') ?? [] }],
    ['snapshot', { type: 'text', lists: true, read: ({ snapshot }) => snapshot ?? undefined }],
    ['cell', { ...several, read: ({ cells }) => cells }],
    [
      'dataset',
      {
        ...several,
        read: ({ inputs }) =>
          inputs.flatMap(({ id }) => {
            const found = datasets.get(id);
            return found === undefined ? [] : [found.name, found.digest, id];
          }),
      },
    ],
    [
      'clean',
      {
        type: 'truth',
        read: ({ snapshot }) => versions.get(snapshot ?? '')?.clean ?? undefined,
      },
    ],
  ]);
}
