import {
  datasetComparisonSchema,
  datasetDetailSchema,
  datasetsQuerySchema,
  datasetsSchema,
} from '../../../contract/dataset.js';
import { compareDatasets } from '../../tracking/compare-datasets.js';
import { findDatasets, getDataset, readDatasets } from '../../tracking/datasets.js';
import { toDetail, toSummary, type DatasetDetail } from '../../tracking/describe-dataset.js';
import { jsonOperation, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** Data that runs have read: what they were, and how two of them differ. */
export function datasetOperations({ history: { store } }: ApiParts): readonly Operation[] {
  const read = async (id: string): Promise<DatasetDetail> =>
    toDetail(id, await getDataset(store, id));
  return [
    jsonOperation({
      method: 'get',
      route: 'datasets',
      summary: 'Data that runs have read, newest first',
      grants: ['viewer'],
      query: datasetsQuerySchema,
      answer: datasetsSchema,
      run: async ({ query: { name, limit } }) => {
        const all = [...(await readDatasets(store))];
        const asked = all.filter(([, dataset]) => name === undefined || dataset.name === name);
        const found = await findDatasets(
          store,
          asked.slice(0, limit).map(([id]) => id),
        );
        return { datasets: [...found].map(([id, each]) => toSummary(id, each)) };
      },
    }),
    jsonOperation({
      method: 'get',
      route: 'dataset',
      summary: 'Data that runs have read: their columns, with sketches of the values',
      grants: ['viewer'],
      answer: datasetDetailSchema,
      run: async ({ param }) => {
        const { columns, ...facts } = await read(param('id'));
        return { ...facts, columns: [...columns] };
      },
    }),
    jsonOperation({
      method: 'get',
      route: 'datasetComparison',
      summary: 'How the columns of two datasets, and their values, differ',
      grants: ['viewer'],
      answer: datasetComparisonSchema,
      run: async ({ param }) =>
        compareDatasets(await read(param('base')), await read(param('head'))),
    }),
  ];
}
