import * as z from 'zod';

import type { DatasetSummary, DescribedColumn } from '../../contract/dataset.js';
import type { Dataset } from './datasets.js';

/** Data as they are told, whoever described them. */
export interface DatasetDetail extends DatasetSummary {
  readonly columns: readonly DescribedColumn[];
}

export function toDetail(id: string, dataset: Dataset): DatasetDetail {
  const { name, digest, sourceType: kind, origin, described } = dataset;
  const told = described ?? readMlflow(dataset);
  const { sha256, rows, columnCount, target, parent, columns } = told;
  return {
    ...{ id, name, digest, kind, origin },
    ...{ sha256, rows, columnCount, target, parent, columns },
  };
}

export function toSummary(id: string, dataset: Dataset): DatasetSummary {
  const { columns: _, ...summary } = toDetail(id, dataset);
  return summary;
}

type Told = Omit<DatasetDetail, 'id' | 'name' | 'digest' | 'kind' | 'origin'>;

/** MLflow's words for what a column holds. */
const TYPES: Readonly<Record<string, DescribedColumn['type']>> = {
  boolean: 'boolean',
  integer: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  string: 'text',
  datetime: 'time',
};

const colspecSchema = z.object({
  mlflow_colspec: z.array(z.object({ name: z.string().optional(), type: z.unknown() })),
});
const profileSchema = z.object({
  num_rows: z.number().int().nonnegative().optional(),
  features_shape: z.array(z.number().int().nonnegative()).optional(),
});

/** As far as the schema and the profile that MLflow's client sent say it: it says them in JSON of its own. */
function readMlflow({ schema, profile }: Dataset): Told {
  const spec = colspecSchema.safeParse(readJson(schema)).data?.mlflow_colspec;
  const { num_rows: rows, features_shape: shape } =
    profileSchema.safeParse(readJson(profile)).data ?? {};
  const columns = (spec ?? []).map(({ name, type }, at): DescribedColumn => {
    const dtype = typeof type === 'string' ? type : JSON.stringify(type ?? null);
    return { name: name ?? String(at), type: toType(dtype), dtype };
  });
  return {
    sha256: null,
    rows: rows ?? shape?.[0] ?? null,
    columnCount: spec?.length ?? (shape?.length === 2 ? (shape[1] ?? null) : null),
    target: null,
    parent: null,
    columns,
  };
}

function toType(word: string): DescribedColumn['type'] {
  return Object.hasOwn(TYPES, word) ? (TYPES[word] ?? 'other') : 'other';
}

/** Undefined for what is no JSON: clients may send any text there. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
