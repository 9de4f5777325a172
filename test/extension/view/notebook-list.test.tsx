// @vitest-environment jsdom
import { expect, test } from 'vitest';

import { NotebookList } from '../../../extension/view/notebook-list.js';
import { id, notebook } from '../model/fixture.js';
import { mount } from './mount.js';

test('tells a deleted notebook from one that was imported and never here', async () => {
  const all = [
    { ...notebook, id: id(1), path: 'here.ipynb', imported: true },
    { ...notebook, id: id(2), path: 'gone.ipynb', deleted: true },
    { ...notebook, id: id(3), path: 'old.ipynb', deleted: true, imported: true },
  ];
  const list = await mount(
    <NotebookList notebooks={all} current={undefined} urlOf={(each) => `#${each.id}`} />,
  );
  const links = [...list.querySelectorAll('a')];
  expect(links.map(({ textContent }) => textContent)).toEqual([
    'here.ipynb3',
    'gone.ipynbdeleted',
    'old.ipynbnot here',
  ]);
  expect(links[2]?.title).toContain('not in this workspace: its versions were imported');
  expect(links[0]?.title).not.toContain('not in this workspace');
});
