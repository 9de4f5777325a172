// @vitest-environment jsdom
import { expect, test } from 'vitest';

import { IntroductionModel } from '../../../extension/model/introduction.js';
import { createMemory } from '../../../extension/model/memory.js';
import { IntroductionCard } from '../../../extension/view/introduction-card.js';
import { click, during, mount } from './mount.js';

test('says once in each browser what is kept and where, until it is closed', async () => {
  const memory = createMemory();
  const model = new IntroductionModel(memory);
  let paused = 0;
  const onPause = (): void => {
    paused += 1;
  };
  const place = await mount(<IntroductionCard model={model} onPause={onPause} />);
  expect(place.textContent).toBe('');
  await during(() => {
    model.tell({ root: '/home/ada/work' });
  });
  expect(place.textContent).toContain('run or save, in /home/ada/work/.cellar.');
  const [close, pause] = place.querySelectorAll('button');
  expect([close?.textContent, pause?.textContent]).toEqual(['Close', 'Pause']);
  await during(() => {
    click(pause);
  });
  expect([place.textContent, paused]).toEqual(['', 1]);
  const later = new IntroductionModel(memory);
  later.tell({ root: null });
  expect(later.state.words).toBeUndefined();
});
