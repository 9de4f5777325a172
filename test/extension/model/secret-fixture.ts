import type { Kept } from '../../../contract/capture.js';
import type { FoundSecret, SecretNote } from '../../../contract/secrets.js';

/** A GitHub token in the output of cell 3, unless the test says otherwise. */
export function secretOf(patch: Partial<FoundSecret> = {}): FoundSecret {
  return {
    ...{ cell: 'c', index: 2, place: 'output', output: 0, start: 0, end: 40 },
    ...{ rule: 'github-pat', name: 'GitHub Personal Access Token', preview: 'ghp_…' },
    fingerprint: '0123456789abcdef',
    ...patch,
  };
}

/** The warning of a version in which this was found. */
export function warningOf(
  action: SecretNote['action'],
  patch: Partial<FoundSecret> = {},
): Kept['warnings'][number] {
  return { code: `secret_${action}`, message: 'found', secret: { ...secretOf(patch), action } };
}
