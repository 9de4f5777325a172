import { indexSnapshots, type Indexer } from '../history/catch-up.js';
import { expireRecorder, indexExpired, mendExpired } from '../history/expire.js';
import { mendSnapshots } from '../history/mend-snapshots.js';
import { entryRecorder, indexEntries, mendEntries } from '../history/entries.js';
import type { Mender } from '../history/mender.js';
import { indexPins, mendPins, pinRecorder } from '../history/pin.js';
import type { Recorder } from '../history/recorder.js';
import { indexRuns } from '../tracking/index-runs.js';
import { mendRuns } from '../tracking/mend-runs.js';
import { RUN_RECORDERS } from '../tracking/record-runs.js';

/** How the commits of every subject become rows. */
export const INDEXERS: readonly Indexer[] = [
  indexSnapshots,
  indexRuns,
  indexPins,
  indexExpired,
  indexEntries,
];

/** What every subject's journal records mean. */
export const RECORDERS: readonly Recorder[] = [
  pinRecorder,
  expireRecorder,
  ...RUN_RECORDERS,
  entryRecorder,
];

/** How every subject makes anew what was damaged. */
export const MENDERS: readonly Mender[] = [
  mendSnapshots,
  mendRuns,
  mendPins,
  mendExpired,
  mendEntries,
];
