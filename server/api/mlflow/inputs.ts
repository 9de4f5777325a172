import * as z from 'zod';

import { CellarError } from '../../errors.js';
import { keepDataset } from '../../tracking/datasets.js';
import { getActiveRun, logToRun } from '../../tracking/log-run.js';
import type { RunInput } from '../../store/catalog/rows.js';
import { writing, type MlflowOperation } from './operation.js';
import type { MlflowParts } from './parts.js';
import {
  checkLength,
  listOf,
  MOST,
  pairSchema,
  runSchema,
  textSchema,
  wholeSchema,
} from './values.js';

const datasetSchema = z.object({
  name: z.string().min(1),
  digest: z.string().min(1),
  source_type: textSchema,
  source: textSchema,
  schema: textSchema,
  profile: textSchema,
});
type Given = z.output<typeof datasetSchema>;

/** What runs have read, and which models came of them. */
export function inputOperations({ history, turns }: MlflowParts): readonly MlflowOperation[] {
  const { store } = history;
  return [
    writing({
      method: 'post',
      path: '/runs/log-inputs',
      input: runSchema.and(
        z.object({
          datasets: listOf(z.object({ tags: listOf(pairSchema), dataset: datasetSchema })),
          models: listOf(z.object({ model_id: z.string() })),
        }),
      ),
      run: async ({ id, datasets, models }) => {
        if (datasets.length > MOST.datasets)
          throw new CellarError(
            'bad_request',
            `${datasets.length} datasets at once are too many: ${MOST.datasets} are taken.`,
          );
        for (const { dataset, tags } of datasets) checkDataset(dataset, tags);
        // Before anything of it is kept.
        await getActiveRun(store, id);
        const inputs: RunInput[] = [];
        for (const { dataset: given, tags } of datasets) {
          const { source_type: sourceType, source: origin, ...rest } = given;
          inputs.push({
            kind: 'dataset',
            id: await keepDataset(history, { ...rest, sourceType, origin }),
            tags: tags.map(({ key, value }) => ({ name: key, value })),
          });
        }
        for (const { model_id: model } of models)
          inputs.push({ kind: 'model', id: model, tags: [] });
        await logToRun(history, turns, id, { inputs });
        return {};
      },
    }),
    writing({
      method: 'post',
      path: '/runs/outputs',
      input: runSchema.and(
        z.object({
          models: listOf(z.object({ model_id: z.string(), step: wholeSchema.nullish() })),
        }),
      ),
      run: async ({ id, models }) => {
        const outputs = models.map(({ model_id: model, step }) => ({ model, step: step ?? 0 }));
        await logToRun(history, turns, id, { outputs });
        return {};
      },
    }),
  ];
}

function checkDataset(dataset: Given, tags: readonly z.output<typeof pairSchema>[]): void {
  checkLength(dataset.name, MOST.datasetName, 'name of a dataset');
  checkLength(dataset.digest, MOST.datasetDigest, 'digest of a dataset');
  checkLength(dataset.source, MOST.datasetSource, 'source of a dataset');
  checkLength(dataset.schema, MOST.datasetSchema, 'schema of a dataset');
  checkLength(dataset.profile, MOST.datasetProfile, 'profile of a dataset');
  for (const { key, value } of tags) {
    checkLength(key, MOST.inputTagKey, 'name of an input tag');
    checkLength(value, MOST.inputTag, 'value of an input tag');
  }
}
