import type { Standing, VersionPage } from '../../contract/models.js';
import type { Store } from '../store/store.js';
import { findDoubts } from '../tracking/doubts.js';
import type { VersionFacts } from './version-facts.js';

type Warning = VersionPage['warnings'][number];

/** What a person should know before they use a version; what its run may not be comes first. */
export async function findWarnings(
  store: Store,
  { version, run, snapshot, files }: VersionFacts,
  { approvals, missing }: Standing,
): Promise<Warning[]> {
  const doubts = run === undefined ? [] : await findDoubts(store, run);
  const warnings: Warning[] = doubts.map(({ code, message }) => ({ code, message }));
  const warn = (code: string, message: string): unknown => warnings.push({ code, message });
  if (version.run === '')
    warn('no_run', 'Whoever registered it named no run: nothing is known of how it was made.');
  else if (run === undefined)
    warn('run_missing', 'The run that it was registered for is not kept here.');
  else if (run.snapshot === null && doubts.length === 0)
    warn('no_snapshot', 'No version of a notebook is known that its run came from.');
  else if (run.snapshot !== null && snapshot === undefined)
    warn('snapshot_expired', 'The version of the notebook that its run came from has thinned out.');
  if (run?.deleted === true) warn('run_deleted', 'Its run was deleted.');
  if (snapshot?.clean === false && doubts.length === 0)
    warn('not_clean', 'Its cells did not run once from top to bottom in a fresh kernel.');
  if (files.length === 0) warn('no_files', 'None of its files are kept here.');
  if (approvals.some(({ counts }) => !counts))
    warn('approval_void', 'An approval of it does not count any more: see why beside it.');
  if (missing > 0 && version.stage === 'Production')
    warn('not_approved', 'It is in production without the approvals that are asked for.');
  return warnings;
}
