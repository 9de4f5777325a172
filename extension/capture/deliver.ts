import type { Kept } from '../../contract/capture.js';
import type { Client } from '../client/client.js';
import { isClientError } from '../client/errors.js';
import type { Parcel } from './outbox-store.js';

/** Hands one parcel to the server. A notebook that nothing was kept of has no history to move or to copy: that is done. */
export async function deliver(client: Client, parcel: Parcel): Promise<Kept | undefined> {
  if (parcel.kind === 'burst') return client.keep({ ...parcel.burst, sent: Date.now() });
  try {
    await client[parcel.kind](parcel.from, parcel.to);
  } catch (error) {
    if (!isClientError(error, 'not_found')) throw error;
  }
  return undefined;
}
