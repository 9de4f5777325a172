import { existsSync, readFileSync, renameSync } from 'node:fs';

import { expect, test } from 'vitest';

import { createStore } from '../../../server/store/create.js';
import { toPlaces } from '../../../server/store/places.js';
import { FaultyDisk } from '../../faults/faulty-disk.js';
import { isChange } from '../../faults/interpose.js';
import { restoreAfterCut } from '../../faults/power-cut.js';
import { Recorder } from '../../faults/recording-disk.js';
import { Chance } from '../../fuzz/mutate.js';
import { makeFolder } from '../scratch.js';

test('a store whose name was not synced before the disk turned read-only is safe once it is opened later', async () => {
  let wasStruck = true;
  for (let at = 0; wasStruck; at += 1) {
    const root = await makeFolder();
    const faulty = new FaultyDisk({
      ...{ fault: { kind: 'refuse', code: 'EROFS' }, at, lasting: true },
      matches: (call) => isChange(call) && /\/\.cellar(\/store\.git[^/]*)?$/.test(call.path),
    });
    const recorder = new Recorder(root, faulty.disk);
    await createStore(toPlaces(root), 0, recorder.disk).catch(() => undefined);
    wasStruck = faulty.struck > 0;
    faulty.plan = undefined;
    await createStore(toPlaces(root), 0, recorder.disk);
    const after = await makeFolder();
    await restoreAfterCut(recorder, recorder.changes.length, 'least', new Chance(1), after);
    expect(existsSync(`${toPlaces(after).git}/HEAD`), `at call ${at}`).toBe(true);
  }
}, 60_000);

test('a store that was ended while it was given its name anew keeps what it holds', async () => {
  const places = toPlaces(await makeFolder());
  expect(await createStore(places, 0)).toBe(true);
  const main = `${places.git}/refs/heads/main`;
  const before = readFileSync(main, 'utf8');
  renameSync(places.git, `${places.git}.0123456789ab.aside`);
  expect(await createStore(places, 0)).toBe(false);
  expect(readFileSync(main, 'utf8')).toBe(before);
});
