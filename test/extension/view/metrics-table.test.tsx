// @vitest-environment jsdom
import { expect, test } from 'vitest';

import { bundleSchema } from '../../../contract/bundle.js';
import { MetricsTable } from '../../../extension/view/metrics-table.js';
import { mount } from './mount.js';

test('a bundle is shown by name, value and kind, with tags and data', async () => {
  const bundle = bundleSchema.parse({
    run: { id: 'a'.repeat(32), name: 'wide' },
    metrics: {
      accuracy: 0.97,
      loss: [
        { value: 1, step: 0 },
        { value: 0.5, step: 1 },
      ],
    },
    params: { trees: 60 },
    tags: { stage: 'trial' },
    datasets: [
      { name: 'train', digest: '1'.repeat(32), rows: 100, columnCount: 3 },
      { name: 'bare', digest: '2'.repeat(32) },
    ],
    artifacts: [{ name: 'model.joblib', size: 1000 }],
  });
  const shown = await mount(<MetricsTable bundle={bundle} />);
  const rows = [...shown.querySelectorAll('tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent),
  );
  expect(shown.querySelector('caption')?.textContent).toBe('wide');
  expect(rows).toEqual([
    ['accuracy', '0.97', 'metric'],
    ['loss', '0.5', 'metric · 2 values'],
    ['trees', '60', 'param'],
    ['stage', 'trial', 'tag'],
    ['train', '100 rows · 3 columns', 'data'],
    ['bare', '', 'data'],
    ['model.joblib', expect.any(String), 'file'],
  ]);
});
