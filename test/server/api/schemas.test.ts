import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';

import { findSchema, SCHEMA_NAMES } from '../../../server/api/schemas.js';
import { diffNotebooks } from '../../../server/notebook/diff.js';
import { planMerge } from '../../../server/notebook/merge/merge.js';
import { toMergeResult, toMergeView } from '../../../server/notebook/merge/result.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { notebookText } from '../scratch.js';
import { serve } from './served.js';

const [base, local, remote] = [
  ['import pandas as pd', 'x = 1\ny = 2\nz = 3', 'plot(x)'],
  ['x = 10\ny = 2\nz = 3', 'import pandas as pd', 'new = 1'],
  ['import pandas as pd', 'x = 100\ny = 2\nz = 4'],
].map((sources) => parseNotebook(Buffer.from(notebookText(sources))));

function results(): Record<string, unknown> {
  if (base === undefined || local === undefined || remote === undefined)
    throw new RangeError('three notebooks are needed');
  const plan = planMerge(base, local, remote);
  const diff = diffNotebooks(base, local, { show: ['all'], patch: true });
  return {
    'notebook-diff': diff,
    patch: diff.patch,
    'merge-result': toMergeResult(plan),
    'merge-view': toMergeView(plan, {
      path: 'a.ipynb',
      labels: { base: 'base', local: 'main', remote: 'feature' },
      origin: 'files',
      fingerprint: '0',
    }),
    bundle: {
      metrics: { loss: 0.5, grad: 'NaN', f1: [{ step: 1, value: 0.5 }] },
      params: { a: 1 },
    },
    error: { status: 'error', code: 'not_json', message: 'No JSON.', side: 'base' },
  };
}

function validate(name: string, value: unknown): readonly string[] {
  const check = new Ajv2020({ strict: false }).compile(findSchema(name) ?? false);
  // As whoever reads the answer has it.
  check(JSON.parse(JSON.stringify(value)));
  return (check.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath} ${message ?? ''}`,
  );
}

describe.each(SCHEMA_NAMES)('the schema %s', (name) => {
  test('takes what Cellar makes, also with a field of a later Cellar', () => {
    const result = results()[name] as object;
    expect(validate(name, result)).toEqual([]);
    expect(validate(name, { ...result, later: 1 })).toEqual([]);
  });

  test('refuses what is something else', () => {
    expect(validate(name, []).length).toBeGreaterThan(0);
    const result = results()[name] as object;
    const [first = ''] = Object.keys(result);
    expect(validate(name, { ...result, [first]: 7 }).length).toBeGreaterThan(0);
  });
});

test('checks patches within patches', () => {
  const deep = (json: unknown): object => ({
    format: 1,
    change: {
      op: 'object',
      added: [],
      deleted: [],
      changed: [['a', { op: 'replace', base: '1', head: json }]],
    },
  });
  expect(validate('patch', deep('2'))).toEqual([]);
  expect(validate('patch', deep(2)).length).toBeGreaterThan(0);
});

test('are served to whoever asks', async () => {
  const { ask } = await serve();
  const answer = await ask({ path: 'api/v1/schema/notebook-diff.json' });
  expect(answer.json()).toEqual(JSON.parse(JSON.stringify(findSchema('notebook-diff'))));
  expect((await ask({ path: 'api/v1/schema/constructor.json' })).status).toBe(404);
});
