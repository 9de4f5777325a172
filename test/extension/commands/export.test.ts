// @vitest-environment jsdom
import { afterEach, expect, test, vi } from 'vitest';

import { createClient } from '../../../extension/client/client.js';
import { exportVersions } from '../../../extension/commands/export.js';
import type { Parts } from '../../../extension/commands/parts.js';
import { NOON, row } from '../model/fixture.js';
import { rowEntries } from '../../../extension/view/history-actions.js';

const parts = {
  client: createClient({ base: 'http://here/user/joe/cellar/' }),
} as unknown as Parts;

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  [{ id: 'abc' }, 'snapshot=abc'],
  [{ notebook: 'n1' }, 'notebook=n1'],
])('downloads %o from where the server is', async (args, query) => {
  let from = '';
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    from = this.hasAttribute('download') ? this.href : '';
  });
  await exportVersions.execute(parts, args);
  expect(from).toBe(`http://here/user/joe/cellar/api/v1/exports?${query}`);
});

test('refuses to export nothing in particular', () => {
  expect(() => exportVersions.execute(parts, {})).toThrow(RangeError);
});

test('is offered for a version where the place can export', () => {
  const chosen = row(1, 5);
  const exported: unknown[] = [];
  const actions = { onCompare: () => NOON, artifactUrl: () => '' };
  const labels = (entries: ReturnType<typeof rowEntries>): unknown[] =>
    entries.map((entry) => (entry.kind === 'action' ? entry.label : entry.kind));
  const others = { before: undefined, best: null };
  expect(labels(rowEntries(chosen, others, actions))).not.toContain('Export…');
  const entries = rowEntries(chosen, others, {
    ...actions,
    onExport: (given) => exported.push(given),
  });
  for (const entry of entries)
    if (entry.kind === 'action' && entry.label === 'Export…') entry.run();
  expect(exported).toEqual([chosen]);
});
