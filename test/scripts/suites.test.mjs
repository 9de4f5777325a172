import { afterEach, expect, test, vi } from 'vitest';

import { StepError } from '../../scripts/steps/run.mjs';
import { sumUp } from '../../scripts/steps/suites.mjs';

const sound = { title: 'Sound', run: () => ({ passed: 3, failed: 0, code: 0 }) };

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  ['passes', () => ({ passed: 2, failed: 0, code: 0 }), { passed: 5, failed: 0 }],
  ['has failed tests', () => ({ passed: 2, failed: 4, code: 1 }), { passed: 5, failed: 4 }],
  [
    'fails after every test passed',
    () => ({ passed: 2, failed: 0, code: 1 }),
    { passed: 5, failed: 1 },
  ],
  ['runs no test', () => ({ passed: 0, failed: 0, code: 0 }), { passed: 3, failed: 1 }],
  [
    'cannot start',
    () => Promise.reject(new StepError('python cannot run')),
    { passed: 3, failed: 1 },
  ],
  ['leaves half a report', () => JSON.parse('{"numPassedTests":'), { passed: 3, failed: 1 }],
])('a runner that %s counts as it should, and the next one runs', async (_, run, total) => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  expect(await sumUp([{ title: 'Tried', run }, sound], {})).toEqual(total);
});

test('says why a suite counts as failed', async () => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await sumUp([{ title: 'Tried', run: () => Promise.reject(new StepError('no python')) }], {});
  expect(said).toHaveBeenLastCalledWith('Tried: no python; this counts as one failure.');
});
