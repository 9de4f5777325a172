import * as z from 'zod';

import type { OpenLineageEvent } from '../../contract/lineage.js';
import type { RunRow } from '../store/catalog/rows.js';
import type { LineageDataset } from './dataset.js';
import type { Links } from './links.js';
import { modelsOf } from './neighbours.js';
import { facet } from './openlineage-facets.js';

type Input = OpenLineageEvent['inputs'][number];
type Output = OpenLineageEvent['outputs'][number];

/** The data and the models that a run read, as OpenLineage's datasets. */
export function inputsOf(links: Links, { inputs }: RunRow, namespace: string): Input[] {
  return inputs.flatMap(({ kind, id }): readonly Input[] => {
    if (kind === 'model') return [{ ...modelData(links, id, namespace), inputFacets: {} }];
    const found = links.dataset(id);
    if (found === undefined) return [];
    return [{ ...tableData(found, namespace), inputFacets: readFacets(found) }];
  });
}

/** The files, the models and the registered versions that came of a run, as OpenLineage's datasets. */
export function outputsOf(links: Links, run: RunRow, namespace: string): Output[] {
  const files = run.artifacts.map(({ name, sha256, size }): Output => ({
    ...{ namespace, name: `files/${name}` },
    facets: { version: versionFacet(sha256) },
    outputFacets: {
      outputStatistics: facet('OutputStatisticsOutputDatasetFacet', { size, fileCount: 1 }),
    },
  }));
  const models = modelsOf(links, run);
  const logged = models.map((model): Output => ({
    ...modelData(links, model, namespace),
    outputFacets: {
      outputStatistics: facet('OutputStatisticsOutputDatasetFacet', sizeOf(links, model)),
    },
  }));
  const versions = [
    ...models.flatMap((model) => links.versionsOfModel(model)),
    ...links.versionsOfRun(run.id),
  ];
  const registered = versions.flatMap(({ version, registered: model }): readonly Output[] => {
    if (version.deleted || model === undefined || model.deleted) return [];
    const facets = { version: versionFacet(String(version.version)) };
    return [{ namespace, name: `registered/${model.name}`, facets, outputFacets: {} }];
  });
  return [...files, ...logged, ...registered];
}

type Data = Omit<Input, 'inputFacets'>;

function tableData(data: LineageDataset, namespace: string): Data {
  const { name, digest, fields, sourceType } = data;
  const uri = findUri(data);
  return {
    ...{ namespace, name: `data/${name}` },
    facets: {
      version: versionFacet(digest),
      ...(fields.length === 0
        ? {}
        : {
            schema: facet('SchemaDatasetFacet', {
              fields: fields.map((field) => ({
                name: field.name,
                ...(field.type === undefined ? {} : { type: field.type }),
              })),
            }),
          }),
      ...(uri === undefined
        ? {}
        : { dataSource: facet('DatasourceDatasetFacet', { name: sourceType, uri }) }),
    },
  };
}

function readFacets({ rows }: LineageDataset): Record<string, unknown> {
  if (rows === undefined) return {};
  return { inputStatistics: facet('InputStatisticsInputDatasetFacet', { rowCount: rows }) };
}

function modelData(links: Links, id: string, namespace: string): Data {
  const name = links.model(id)?.name ?? '';
  return {
    ...{ namespace, name: `models/${name === '' ? id : name}` },
    facets: { version: versionFacet(id) },
  };
}

function sizeOf(
  links: Links,
  model: string,
): { readonly size: number; readonly fileCount: number } {
  const files = links.model(model)?.artifacts ?? [];
  return { size: files.reduce((sum, file) => sum + file.size, 0), fileCount: files.length };
}

function versionFacet(datasetVersion: string): Record<string, unknown> {
  return facet('DatasetVersionDatasetFacet', { datasetVersion });
}

const originSchema = z.object({ uri: z.string().optional(), url: z.string().optional() });

/** Where data came from, as MLflow's client says it; undefined for what is no absolute URI. */
function findUri({ origin }: LineageDataset): string | undefined {
  try {
    const { uri, url } = originSchema.parse(JSON.parse(origin));
    const named = uri ?? url ?? '';
    return URL.canParse(named) ? named : undefined;
  } catch {
    return undefined;
  }
}
