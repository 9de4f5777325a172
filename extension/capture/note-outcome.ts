import type { NoticesModel } from '../model/notices.js';
import type { Outcome } from './outbox.js';
import type { Parcel } from './outbox-store.js';

/** A parcel's end, and how the same is sent once more. */
export interface Ended {
  readonly parcel: Parcel;
  readonly outcome: Outcome;
  readonly again: () => void;
}

/** Notes what there is to say of how a parcel ended: what was found in the version, or why it was refused. */
export function noteOutcome(notices: NoticesModel, { parcel, outcome, again }: Ended): void {
  if (parcel.kind !== 'burst') {
    if (parcel.kind === 'rename' && outcome.kind === 'done') notices.moved(parcel.from, parcel.to);
    return;
  }
  const { path } = parcel.burst;
  if (outcome.kind === 'kept') notices.kept(path, outcome.kept.warnings);
  if (outcome.kind === 'refused' && outcome.error.code === 'secret_found')
    notices.refused(path, outcome.error.facts.secrets ?? [], again);
}
