import { expect, test } from 'vitest';

import type { Kept } from '../../../contract/capture.js';
import { noteOutcome } from '../../../extension/capture/note-outcome.js';
import { createMemoryOutbox } from '../../../extension/capture/memory-outbox.js';
import { Outbox } from '../../../extension/capture/outbox.js';
import type { Parcel } from '../../../extension/capture/outbox-store.js';
import { ClientError } from '../../../extension/client/errors.js';
import { NoticesModel } from '../../../extension/model/notices.js';
import { secretOf, warningOf } from '../model/secret-fixture.js';
import { ManualClock } from './manual-clock.js';

test('a version that is refused for a secret leaves the outbox, and is sent as it was once that is none', async () => {
  const arrived: Parcel[] = [];
  let refuses = true;
  const clock = new ManualClock();
  const store = createMemoryOutbox();
  const notices = new NoticesModel({
    allowSecret: () => {
      refuses = false;
      return Promise.resolve();
    },
  });
  const outbox: Outbox = new Outbox({
    store,
    clock,
    deliver: (parcel) => {
      arrived.push(parcel);
      if (refuses)
        return Promise.reject(new ClientError('secret_found', 'no', { secrets: [secretOf()] }));
      if (parcel.kind !== 'burst') return Promise.resolve(undefined);
      const warnings = [warningOf('redacted', { cell: 'other' })];
      return Promise.resolve({ created: true, warnings } as unknown as Kept);
    },
    onOutcome: (parcel, outcome) => {
      noteOutcome(notices, { parcel, outcome, again: () => void outbox.put(parcel) });
    },
  });
  const bundles = [{ cell: 'c', bundle: { metrics: { accuracy: 0.9 } } }];
  const burst = {
    key: 'key-12345',
    path: 'a.ipynb',
    content: '{}',
    trigger: 'burst',
    bundles,
  } as const;
  expect(await outbox.put({ kind: 'burst', burst })).toMatchObject({ kind: 'refused' });
  expect(await store.slips()).toEqual([]);
  await clock.pass(600_000);
  expect(arrived).toHaveLength(1);

  await notices.allow('a.ipynb', notices.at('a.ipynb')[0]?.key ?? '');
  await clock.pass(0);
  // Under its key and with its metrics.
  expect(arrived[1]).toEqual({ kind: 'burst', burst });
  expect(notices.at('a.ipynb')).toMatchObject([
    { outcome: 'refused', answer: { kind: 'allowed' } },
    { outcome: 'redacted' },
  ]);

  void outbox.put({ kind: 'rename', from: 'a.ipynb', to: 'b.ipynb' });
  await clock.pass(0);
  expect([notices.at('a.ipynb').length, notices.at('b.ipynb').length]).toEqual([0, 2]);
});
