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
  /** Whether what is read here has gone on elsewhere, and is to be opened anew. */
  isOutdated(): Promise<boolean>;
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
  let reading = false;
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
      reading = !isOwner;
    } catch (error) {
      if (!(error instanceof StoreTakenError)) throw error;
      reason = error.message;
      reading = false;
      parts.relay(relay);
    }
  };

  await attempt();
  let trying = false;
  const isWorthIt = async (): Promise<boolean> => {
    try {
      return (await canOwn(parts.places, watch)) || (reading && (await parts.isOutdated()));
    } catch (error) {
      if (!(error instanceof StoreTakenError)) throw error;
      reason = error.message;
      // What is read here may be written by then, and whoever writes it is the one to ask.
      return reading;
    }
  };
  const again = async (): Promise<void> => {
    if (await isWorthIt()) await attempt();
  };
  const timer = setInterval(() => {
    if (owned || trying) return;
    trying = true;
    again()
      .catch(parts.report)
      .finally(() => {
        trying = false;
      });
  }, TAKE_OVER_MS);
  return () => {
    clearInterval(timer);
  };
}
