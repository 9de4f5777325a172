// @vitest-environment jsdom
import { expect, test } from 'vitest';

import { RevisionsModel } from '../../../extension/model/revisions.js';
import { RevisionList } from '../../../extension/view/revision-list.js';
import { clientOf, refusal } from '../model/fixture.js';
import { during, mount, press } from './mount.js';

Element.prototype.scrollIntoView = () => undefined;

async function open(answer: () => unknown): Promise<{
  readonly view: HTMLElement;
  readonly model: RevisionsModel;
}> {
  const model = new RevisionsModel(clientOf(answer).client);
  const view = await mount(<RevisionList model={model} onDone={() => undefined} />);
  await during(() => model.load('a.ipynb'));
  return { view, model };
}

const revisions = ['Grow trees', 'Add data'].map((subject, at) => ({
  commit: String(at).repeat(40),
  time: '2026-11-20T10:00:00.000Z',
  author: 'Ann',
  subject,
}));

test('moves the choice by arrows while the field has the focus, and tells it to a screen reader', async () => {
  const { view, model } = await open(() => ({ revisions, repository: true }));
  const field = view.querySelector('input');
  await during(() => {
    press(field, 'ArrowDown');
  });
  expect(model.revision).toBe('1'.repeat(40));
  const chosen = view.querySelector('[aria-selected=true]');
  expect(chosen?.textContent).toContain('Add data');
  expect(field?.getAttribute('aria-activedescendant')).toBe(chosen?.id);
});

test('says that no commit holds the notebook', async () => {
  const { view } = await open(() => ({ revisions: [], repository: true }));
  expect(view.querySelector('.cellar-Empty')?.textContent).toContain(
    'No commit holds this notebook yet.',
  );
});

test('says that there is no git repository', async () => {
  const { view } = await open(() => ({ revisions: [], repository: false }));
  expect(view.querySelector('.cellar-Empty')?.textContent).toBe(
    'This notebook is in no git repository.',
  );
});

test('says why there is nothing to choose from', async () => {
  const { view } = await open(() =>
    refusal(404, 'not_found', 'a.ipynb is outside of the workspace.'),
  );
  expect(view.querySelector('[role=alert]')?.textContent).toContain(
    'a.ipynb is outside of the workspace.',
  );
});
