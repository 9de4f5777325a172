import type { RequestListener } from 'node:http';

import { HolderWatch } from '../store/heartbeat.js';
import type { Places } from '../store/places.js';
import { canOwn, StoreTakenError } from '../store/store.js';
import { createRelay, type RelayParts } from './relay.js';

const TAKE_OVER_MS = 1_000;

/** How a server that wants to own its store comes by it, and lives without it meanwhile. */
export interface OwnershipParts extends Omit<RelayParts, 'reason'> {
  readonly places: Places;
  readonly report: (error: unknown) => void;
  /** Opens the store; false while it can be read only, and nobody owns it. Calls `lost` should another process take the store over later. */
  own(watch: HolderWatch, lost: () => void): Promise<boolean>;
  /** Answers with the relay from now on, without the store. */
  relay(relay: RequestListener): void;
}

/**
 * Owns the store. Until that can be, because another process does or because nothing can be written, and again once it was lost,
 * requests are passed on to that process, or answered as far as reading goes, and each second it is tried again. The result stops
 * trying.
 */
export async function keepOwning(parts: OwnershipParts): Promise<() => void> {
  const watch = new HolderWatch();
  let owned = false;
  let reason: string | undefined;
  const relay = createRelay({ ...parts, reason: () => reason });

  const attempt = async (): Promise<void> => {
    let lost = false;
    try {
      const isOwner = await parts.own(watch, () => {
        lost = true;
        owned = false;
        reason = undefined;
        parts.relay(relay);
      });
      owned = isOwner && !lost;
    } catch (error) {
      if (!(error instanceof StoreTakenError)) throw error;
      reason = error.message;
      parts.relay(relay);
    }
  };

  await attempt();
  let trying = false;
  const again = async (): Promise<void> => {
    if (await canOwn(parts.places, watch)) await attempt();
  };
  const timer = setInterval(() => {
    if (owned || trying) return;
    trying = true;
    again()
      .catch((error: unknown) => {
        if (error instanceof StoreTakenError) reason = error.message;
        else parts.report(error);
      })
      .finally(() => {
        trying = false;
      });
  }, TAKE_OVER_MS);
  return () => {
    clearInterval(timer);
  };
}
