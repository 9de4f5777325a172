import { describe, expect, it } from 'vitest';

import { BUNDLE_MIME } from '../../../contract/bundle-mime.js';
import { findBundles } from '../../../extension/capture/bundles.js';

describe('findBundles', () => {
  it('finds them among other outputs, in order', () => {
    const found = findBundles([
      { data: { 'text/plain': 'x' } },
      { data: { 'text/plain': 'accuracy 0.9', [BUNDLE_MIME]: { metrics: { accuracy: 0.9 } } } },
      {},
      { data: { [BUNDLE_MIME]: { params: { trees: 60 } } } },
    ]);
    expect(found).toEqual([{ metrics: { accuracy: 0.9 } }, { params: { trees: 60 } }]);
  });

  it('finds those of kernels that can show HTML alone, and what scrapbook glued', () => {
    const html = `<script type="${BUNDLE_MIME}">{"metrics": {"lines": 3}}</script>`;
    const scrap = { name: 'auc', data: 0.9, encoder: 'json', version: 1 };
    const found = findBundles([
      { data: { 'text/html': html, 'text/plain': 'x' } },
      { data: { 'text/html': '<b>x</b>' } },
      { data: { 'application/scrapbook.scrap.json+json': scrap } },
    ]);
    expect(found).toEqual([{ metrics: { lines: 3 } }, { metrics: { auc: 0.9 } }]);
  });

  it('passes over what does not keep to the format', () => {
    const broken = [{ metrics: { accuracy: 'high' } }, 'text', null, { run: { id: '../x' } }];
    expect(findBundles(broken.map((value) => ({ data: { [BUNDLE_MIME]: value } })))).toEqual([]);
  });

  it('takes any name as a name', () => {
    const metrics = JSON.parse('{"constructor": 1, "toString": 2}') as Record<string, number>;
    expect(findBundles([{ data: { [BUNDLE_MIME]: { metrics } } }])).toEqual([{ metrics }]);
  });
});
