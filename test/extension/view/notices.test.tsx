// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';

import type { FoundSecret } from '../../../contract/secrets.js';
import { NoticesModel } from '../../../extension/model/notices.js';
import { Notices } from '../../../extension/view/notices.js';
import { secretOf, warningOf } from '../model/secret-fixture.js';
import { click, during, mount } from './mount.js';

const PATH = 'train.ipynb';
let shown: FoundSecret[];
let model: NoticesModel;

beforeEach(() => {
  shown = [];
  model = new NoticesModel({ allowSecret: () => Promise.resolve() });
});

function open(path: string | undefined = PATH): Promise<HTMLElement> {
  return mount(<Notices model={model} path={path} onShowCell={(secret) => shown.push(secret)} />);
}

function button(place: HTMLElement, label: string): Element | undefined {
  return [...place.querySelectorAll('button')].find(
    (each) => each.textContent === label || each.ariaLabel === label,
  );
}

test('says in a region that is there before what was left out and where, and leads to the cell', async () => {
  const place = await open();
  expect(place.querySelector('[role=status]')?.textContent).toBe('');
  await during(() => {
    model.kept(PATH, [warningOf('redacted')]);
  });
  const status = place.querySelector('[role=status]');
  expect(status?.textContent).toContain('A secret was found');
  expect(status?.textContent).toContain('in the output of cell 3 was left out of the version.');
  click(button(place, 'Show cell 3'));
  expect(shown).toEqual([secretOf()]);
});

test('says what it changes that something is no secret, and takes that back', async () => {
  model.kept(PATH, [warningOf('redacted')]);
  const place = await open();
  await during(() => {
    click(button(place, 'This is no secret'));
  });
  expect(place.textContent).toContain('From now on versions keep it.');
  await during(() => {
    click(button(place, 'Undo'));
  });
  expect(place.textContent).toContain('was left out of the version.');
});

test('says that a version was not kept, why, and what to do', async () => {
  model.refused(PATH, [secretOf({ place: 'source', index: 1 })], () => undefined);
  const place = await open();
  expect(place.querySelector('.cellar-mod-error')?.textContent).toContain('Not kept');
  expect(place.textContent).toContain('Remove it, then run the cell or save.');
  await during(() => {
    click(button(place, 'This is no secret'));
  });
  expect(place.querySelector('.cellar-mod-error')).toBeNull();
});

test('shows three, and the rest when asked; dismissed they are gone', async () => {
  const files = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
    code: 'artifact_missing',
    message: `<b>${name}</b> could not be read.`,
  }));
  model.kept(PATH, files);
  const place = await open();
  expect(place.textContent).toContain('Not everything was kept');
  expect(place.querySelectorAll('li')).toHaveLength(3);
  // What a file is called is text.
  expect(place.querySelector('b')).toBeNull();
  await during(() => {
    click(button(place, '2 more'));
  });
  expect(place.querySelectorAll('li')).toHaveLength(5);
  await during(() => {
    click(button(place, 'Dismiss'));
  });
  expect(place.querySelector('[role=status]')?.textContent).toBe('');
});

test('offers no cell where there is none, and no way to keep what was purged', async () => {
  model.kept(PATH, [
    warningOf('redacted', { place: 'metadata', index: -1, cell: null, rule: 'purged' }),
  ]);
  const place = await open();
  expect([...place.querySelectorAll('button')].map(({ ariaLabel }) => ariaLabel)).toEqual([
    'Dismiss',
  ]);
});
