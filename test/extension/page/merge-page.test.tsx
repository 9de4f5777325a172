// @vitest-environment jsdom
import { expect, test } from 'vitest';

import { createMemory } from '../../../extension/model/memory.js';
import { createExternalClient } from '../../../extension/client/external.js';
import { createModelsClient } from '../../../extension/client/models.js';
import { Page } from '../../../extension/page/page.js';
import { clientOf } from '../model/fixture.js';
import { made, mergeClientOf, mergeOf } from '../model/merge-fixture.js';
import { during, mount, press } from '../view/mount.js';

const view = mergeOf([made('c', 'a | b | c')]);

async function open(hash: string) {
  location.hash = hash;
  const merges = mergeClientOf(view);
  const { client, asked } = clientOf(() => {
    throw new Error('away');
  });
  const memory = createMemory();
  const models = createModelsClient({ base: 'http://nowhere.invalid' });
  const external = createExternalClient({ base: 'http://nowhere.invalid' });
  const page = await mount(
    <Page {...{ client, merges, models, external, memory }} drafts={createMemory()} />,
  );
  await during(() => undefined);
  const region = (): Element | null => page.querySelector('.cellar-Merge');
  const key = (name: string): Promise<void> =>
    during(() => {
      press(region(), name);
    });
  return { page, merges, asked, key };
}

test('shows the merge of the tool, saves it, and says that the tab can be closed', async () => {
  const { page, merges, asked, key } = await open('#/merge');
  expect(asked).toEqual([]);
  expect(page.querySelector('.cellar-Crumbs')?.textContent).toBe('Merge of train.ipynb');
  expect(document.title).toBe('Merge of train.ipynb');
  await key('n');
  await key('2');
  await key('s');
  expect(merges.sent[0]?.choices.decisions).toEqual({ 'c.0': 'remote' });
  expect(page.textContent).toContain('Saved.You can close this tab.');
});

test('lets nobody leave with choices unasked', async () => {
  const { key } = await open('#/merge');
  const leave = (): boolean => {
    const event = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(leave()).toBe(false);
  await key('n');
  await key('1');
  expect(leave()).toBe(true);
  await key('s');
  expect(leave()).toBe(false);
});

test('offers to cancel in the tool alone', async () => {
  const cancel = (page: HTMLElement): boolean =>
    [...page.querySelectorAll('button')].some((each) => each.textContent === 'Cancel');
  expect(cancel((await open('#/merge')).page)).toBe(true);
  expect(cancel((await open('#/merge?path=train.ipynb')).page)).toBe(false);
});
