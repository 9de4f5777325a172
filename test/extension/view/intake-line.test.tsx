// @vitest-environment jsdom
import { expect, test } from 'vitest';

import { IntakesModel } from '../../../extension/model/intakes.js';
import { IntakeLines } from '../../../extension/view/intake-line.js';
import { clientOf, refusal } from '../model/fixture.js';
import { click, during, mount } from './mount.js';

const MB = 1_000_000;

test('says how far a large file is, and leaves it out when it is cancelled', async () => {
  let isRefused = true;
  const server = clientOf(() =>
    isRefused ? refusal(403, 'forbidden', 'You may not.') : { cancelled: true },
  );
  const model = new IntakesModel(server.client);
  const place = await mount(<IntakeLines model={model} path="a.ipynb" />);
  expect(place.textContent).toBe('');
  const tell = (file: string, more: object): Promise<void> =>
    during(() => {
      server.emit({
        ...{ kind: 'progress', path: 'a.ipynb', file, what: 'bytes' },
        ...{ done: 430 * MB, total: 1000 * MB, ended: false, ...more },
      });
    });
  await tell('out/model.pt', {});
  expect(place.textContent).toContain('430 MB of 1 GB · 43 %');
  const bar = place.querySelector('progress');
  expect([bar?.value, bar?.max]).toEqual([430 * MB, 1000 * MB]);
  await tell('stream.bin', { total: null });
  expect(place.querySelectorAll('progress')[1]?.hasAttribute('value')).toBe(false);
  await tell('stream.bin', { ended: true });

  const cancel = (): Promise<void> =>
    during(() => {
      click(place.querySelector('button'));
    });
  await cancel();
  expect(place.querySelector('[role=alert]')?.textContent).toBe(
    'It was not cancelled. You may not.',
  );
  isRefused = false;
  await cancel();
  expect(place.textContent).toContain('Leaving it out…');
  expect(place.querySelector('button')).toBeNull();
  await tell('out/model.pt', { ended: true });
  expect(place.textContent).toBe('');
  model.dispose();
});
