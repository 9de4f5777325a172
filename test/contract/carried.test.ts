import { expect, test } from 'vitest';

import { BUNDLE_MIME } from '../../contract/bundle-mime.js';
import { findCarried } from '../../contract/carried.js';

const SCRAP = 'application/scrapbook.scrap.json+json';
const script = (text: string) => `<script type="${BUNDLE_MIME}">${text}</script>`;

test.each([
  [{ [BUNDLE_MIME]: { metrics: { a: 1 } }, [SCRAP]: {} }, { metrics: { a: 1 } }],
  [{ [BUNDLE_MIME]: 'not checked here' }, 'not checked here'],
  [{ [SCRAP]: { name: 'auc', data: 0.9, encoder: 'json', version: 1 } }, { metrics: { auc: 0.9 } }],
  [{ [SCRAP]: { name: 'auc', data: 'NaN' } }, { metrics: { auc: 'NaN' } }],
  [{ [SCRAP]: { name: 'kind', data: 'gini' } }, { params: { kind: 'gini' } }],
  [{ [SCRAP]: { name: 'on', data: true } }, { params: { on: true } }],
  [{ [SCRAP]: { name: '__proto__', data: 1 } }, { metrics: { ['__proto__']: 1 } }],
  [{ [SCRAP]: { name: 'list', data: [1, 2] } }, undefined],
  [{ [SCRAP]: { data: 1 } }, undefined],
  [
    { 'application/scrapbook.scrap.text+json': { name: 'note', data: 'hello' } },
    { params: { note: 'hello' } },
  ],
  [
    { 'application/papermill.record+json': { auc: 1, kind: 'x', rest: {} } },
    { metrics: { auc: 1 }, params: { kind: 'x' } },
  ],
  [{ 'text/html': ` ${script('{"params": {"a": 1}}')}\n` }, { params: { a: 1 } }],
  [{ 'text/html': [script('{"params":'), '{}}</script>'] }, undefined],
  [{ 'text/html': [`<script type="${BUNDLE_MIME}">`, '{"tags": {}}', '</script>'] }, { tags: {} }],
  [{ 'text/html': `<p>${script('{}')}</p>` }, undefined],
  [{ 'text/html': script('no JSON') }, undefined],
  [{ 'text/plain': script('{}') }, undefined],
])('of %j the bundle is %j', (data, bundle) => {
  expect(findCarried((mime) => (data as Record<string, unknown>)[mime])).toEqual(bundle);
});
