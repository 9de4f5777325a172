import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';

import {
  lineageQuerySchema,
  type LineageQuery,
  type OpenLineageEvent,
} from '../../../contract/lineage.js';
import { updateRun } from '../../../server/tracking/log-run.js';
import { fill, type Filled } from './filled.js';

const SPEC = join(import.meta.dirname, 'openlineage-spec');

/** The published schemas, which check events and each facet by the address it names. */
function readSpec(): (schema: string) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(readSchema('OpenLineage.json'));
  for (const file of readdirSync(join(SPEC, 'facets'))) ajv.addSchema(readSchema(`facets/${file}`));
  return (schema) => {
    const found = ajv.getSchema(schema);
    if (found === undefined) throw new RangeError(`${schema} is not published`);
    return found;
  };
}

function readSchema(file: string): object {
  return JSON.parse(readFileSync(join(SPEC, file), 'utf8')) as object;
}

function ask({ lineage }: Filled, query: LineageQuery): Promise<readonly OpenLineageEvent[]> {
  const { node, ...options } = lineageQuerySchema.parse(query);
  return lineage.events(node, options);
}

function* facetsOf(event: OpenLineageEvent): Iterable<Record<string, unknown>> {
  const { run, job, inputs, outputs } = event;
  const groups = [
    run.facets,
    job.facets,
    ...inputs.flatMap(({ facets, inputFacets }) => [facets, inputFacets]),
    ...outputs.flatMap(({ facets, outputFacets }) => [facets, outputFacets]),
  ];
  for (const group of groups)
    for (const facet of Object.values(group)) yield facet as Record<string, unknown>;
}

test('runs are told as OpenLineage publishes events and facets', async () => {
  const filled = await fill();
  await updateRun(filled.history, filled.child, { status: 'failed', end: 9000 });
  await updateRun(filled.history, filled.run, { status: 'finished', end: 9000 });
  const events = await ask(filled, { node: 'train.ipynb' });
  const validate = readSpec();
  const named = new Set<string>();
  for (const event of events) {
    const isEvent = validate(event.schemaURL);
    expect(isEvent(event), JSON.stringify(isEvent.errors)).toBe(true);
    for (const facet of facetsOf(event)) {
      const schema = String(facet['_schemaURL']);
      named.add(schema.replace(/^.*\//, ''));
      expect(String(facet['_producer'])).toMatch(/^urn:/);
      if (schema.startsWith('urn:')) continue;
      const isFacet = validate(schema);
      expect(isFacet(facet), `${schema} ${JSON.stringify(isFacet.errors)}`).toBe(true);
    }
  }
  expect(named).toContain('ParentRunFacet');
  expect(named).toContain('SchemaDatasetFacet');
  expect(events.map(({ eventType }) => eventType).sort()).toEqual([
    'COMPLETE',
    'FAIL',
    'START',
    'START',
  ]);
});

test('the job is the notebook, and what a run read and made are its inputs and outputs', async () => {
  const filled = await fill();
  await updateRun(filled.history, filled.run, { status: 'finished', end: 9000 });
  const [, end] = await ask(filled, { node: `run:${filled.run}`, depth: 1, kinds: 'dataset' });
  expect(end).toMatchObject({
    eventType: 'COMPLETE',
    job: { name: 'train.ipynb' },
    run: { facets: { executionParameters: { parameters: [{ key: 'trees', value: '60' }] } } },
  });
  expect(end?.run.runId.replaceAll('-', '')).toBe(filled.run);
  expect(end?.inputs).toMatchObject([
    {
      name: 'data/wine.csv',
      facets: { schema: { fields: [{ name: 'alcohol' }, { name: 'target' }] } },
      inputFacets: { inputStatistics: { rowCount: 178 } },
    },
  ]);
  expect(end?.outputs.map(({ name }) => name).sort()).toEqual([
    'files/wine.joblib',
    'models/forest',
    'registered/wine',
    'registered/wine',
  ]);
});
