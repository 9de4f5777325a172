import { burstSchema } from '../../contract/capture.js';
import type { Client } from '../client/client.js';
import type { Subscription } from '../client/events.js';
import type { Clock } from './clock.js';
import type { Outbox } from './outbox.js';
import type { Parcel } from './outbox-store.js';

export interface FollowPurgesOptions {
  readonly client: Pick<Client, 'events' | 'redact'>;
  readonly outbox: Pick<Outbox, 'rewrite'>;
  readonly clock: Clock;
}

/** Milliseconds. */
const AGAIN = 30_000;

/**
 * Takes what is purged from the store out of what waits in this browser, too: at the purge, and when the server is back after one.
 * What the server cannot do just now is tried again.
 */
export function followPurges({ client, outbox, clock }: FollowPurgesOptions): Subscription {
  let heard = 0;
  let done = 0;
  let isWorking = false;
  let isEnded = false;
  let cancel: (() => void) | undefined;

  const work = async (): Promise<void> => {
    if (isWorking) return;
    isWorking = true;
    cancel?.();
    try {
      while (done < heard && !isEnded) {
        const generation = heard;
        await outbox.rewrite((parcel) => withoutPurged(client, parcel));
        done = generation;
      }
    } catch {
      // Away, or the browser's database fails: what waits stays as it is until then.
      cancel = clock.after(AGAIN, () => void work());
    } finally {
      isWorking = false;
    }
  };

  const events = client.events((event) => {
    if (event.kind !== 'purged' && event.kind !== 'generation') return;
    heard = Math.max(heard, event.generation);
    void work();
  });
  return {
    dispose: () => {
      isEnded = true;
      cancel?.();
      events.dispose();
    },
  };
}

/** The parcel without what was purged; undefined where it holds nothing of it. A path stays: it is where the person's file is. */
async function withoutPurged(
  client: Pick<Client, 'redact'>,
  parcel: Parcel,
): Promise<Parcel | undefined> {
  if (parcel.kind !== 'burst') return undefined;
  const { content, path, key, ...rest } = parcel.burst;
  const facts = await client.redact(JSON.stringify(rest));
  const text = content === undefined ? undefined : await client.redact(content);
  if (facts.redactions + (text?.redactions ?? 0) === 0) return undefined;
  const clean = { path, key, ...(text === undefined ? {} : { content: text.content }) };
  const burst = { ...(JSON.parse(facts.content) as typeof rest), ...clean };
  // A purged text that is also a word of ours, such as the name of a field, must not make the version one that nobody takes.
  const isTaken = burstSchema.safeParse(burst).success;
  return { kind: 'burst', burst: isTaken ? burst : { ...rest, ...clean } };
}
