import { systemClock } from '../../../extension/capture/clock.js';
import { openDatabaseOutbox } from '../../../extension/capture/database-outbox.js';
import { followPurges } from '../../../extension/capture/follow-purges.js';
import { Outbox } from '../../../extension/capture/outbox.js';
import type { OutboxStore } from '../../../extension/capture/outbox-store.js';
import { createClient } from '../../../extension/client/client.js';
import { ClientError } from '../../../extension/client/errors.js';

// What test/browser/purge.spec.ts runs in a page: the outbox in a real browser's database, without JupyterLab.

let store: OutboxStore;

/** Opens an outbox whose server takes no version, and puts one there where `content` is given. */
export async function open(asked: {
  readonly base: string;
  readonly token: string;
  readonly content?: string;
}): Promise<void> {
  const client = createClient({ base: asked.base, token: () => asked.token });
  store = await openDatabaseOutbox('test');
  const outbox = new Outbox({
    store,
    clock: systemClock,
    deliver: () => Promise.reject(new ClientError('store_read_only', 'not now')),
  });
  followPurges({ client, outbox, clock: systemClock });
  if (asked.content === undefined) return;
  const { content } = asked;
  const burst = { key: 'key-of-it', path: 'a.ipynb', content, trigger: 'manual' as const };
  void outbox.put({ kind: 'burst', burst });
}

/** All that waits, as JSON text. */
export async function read(): Promise<string> {
  const slips = await store.slips();
  return JSON.stringify(await Promise.all(slips.map(({ number }) => store.read(number))));
}
