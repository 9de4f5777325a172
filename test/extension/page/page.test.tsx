// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';

import { createMemory } from '../../../extension/model/memory.js';
import { createExternalClient } from '../../../extension/client/external.js';
import { createModelsClient } from '../../../extension/client/models.js';
import { Page } from '../../../extension/page/page.js';
import {
  change,
  clientOf,
  comparisonOf,
  diffOf,
  expiry,
  id,
  notebook,
  pageOf,
  refusal,
  row,
} from '../model/fixture.js';
import { mergeClientOf } from '../model/merge-fixture.js';
import { click, during, mount } from '../view/mount.js';

let locked: boolean;
let tokens: string[];

beforeEach(() => {
  locked = false;
  tokens = [];
  location.hash = '';
});

const metrics = (accuracy: number) => [
  { id: 'r', name: 'run', status: 'finished' as const, metrics: { accuracy }, params: {} },
];

async function open(hash: string): Promise<HTMLElement> {
  location.hash = hash;
  const rows = [
    row(3, 1, { runs: metrics(0.97222) }),
    row(2, 5, { runs: metrics(0.8), message: 'first try' }),
  ];
  const { client } = clientOf((url, init) => {
    if (url.pathname.endsWith('/login')) {
      tokens.push(
        (JSON.parse(typeof init.body === 'string' ? init.body : '') as { token: string }).token,
      );
      locked = tokens.at(-1) !== 'right';
      return locked ? refusal(401, 'unauthenticated', 'no') : {};
    }
    if (locked) return refusal(401, 'unauthenticated', 'no');
    if (url.pathname.endsWith('/notebooks')) return { notebooks: [notebook] };
    if (url.pathname.endsWith('/diff') && url.search.includes(id(7))) return expiry(id(7));
    if (url.pathname.endsWith('/diff')) return comparisonOf(diffOf([change('added', 0)]));
    if (url.pathname.endsWith('/history')) return pageOf(rows, 0, 100);
    if (url.pathname.endsWith('/notebook')) return '{"cells":[]}';
    return {
      name: 'wine',
      root: null,
      version: '1',
      snapshots: 2,
      notebooks: 1,
      space: { history: 1, artifacts: 0, artifactCount: 0, limit: 0, warn: false },
      paused: { notebooks: [], folders: [] },
      readOnly: false,
      obstacle: null,
      link: null,
    };
  });
  const page = await mount(
    <Page
      client={client}
      merges={mergeClientOf()}
      models={createModelsClient({ base: 'http://nowhere.invalid' })}
      external={createExternalClient({ base: 'http://nowhere.invalid' })}
      memory={createMemory()}
      drafts={createMemory()}
    />,
  );
  await during(() => undefined);
  return page;
}

const crumbs = (page: HTMLElement): string | undefined =>
  [...(page.querySelector('.cellar-Crumbs')?.children ?? [])]
    .map((each) => each.textContent)
    .join(' / ');

test('leads from the notebooks to the versions of one', async () => {
  const page = await open('#/');
  expect(crumbs(page)).toBe('wine');
  const link = page.querySelector<HTMLAnchorElement>('.cellar-Notebooks a[href^="#/notebook/"]');
  expect(link?.getAttribute('href')).toBe(`#/notebook/${notebook.id}`);
});

test('shows versions with their metrics, the best one marked, and compares two chosen ones', async () => {
  const page = await open(`#/notebook/${notebook.id}`);
  expect(crumbs(page)).toBe('wine / train.ipynb');
  const [newer, older] = [...page.querySelectorAll('tbody tr')];
  expect(newer?.textContent).toContain('0.9722');
  expect(newer?.querySelector('.cellar-mod-best')).not.toBeNull();
  expect(older?.querySelector('.cellar-mod-best')).toBeNull();
  expect(older?.textContent).toContain('“first try”');
  expect(newer?.querySelector('a')?.getAttribute('href')).toBe(`#/diff/${id(2)}/${id(3)}`);
  for (const box of page.querySelectorAll('tbody input'))
    await during(() => {
      click(box);
    });
  expect(page.querySelector('a.cellar-mod-accent')?.getAttribute('href')).toBe(
    `#/diff/${id(2)}/${id(3)}`,
  );
});

test('says of a link to an expired version when it did, and compares the nearest in its place', async () => {
  const page = await open(`#/diff/${id(7)}/${id(9)}`);
  const note = page.querySelector('[role=alert]');
  expect(note?.textContent).toContain('expired on');
  expect(note?.querySelector('a')?.getAttribute('href')).toBe(`#/notebook/${id(999)}`);
  await during(() => {
    click(note?.querySelector('button'));
  });
  expect(location.hash).toBe(`#/diff/${id(8)}/${id(9)}`);
  expect(page.querySelector('[role=alert]')).toBeNull();
  expect(page.querySelector('.cellar-Cell.cellar-mod-added')).not.toBeNull();
});

test('opens a diff by its address and says where it belongs', async () => {
  const page = await open(`#/diff/${id(1)}/${id(2)}`);
  expect(crumbs(page)).toBe('wine / train.ipynb / What changed');
  expect(page.querySelector('.cellar-Cell.cellar-mod-added')).not.toBeNull();
});

test('says when a notebook is not here', async () => {
  const page = await open(`#/notebook/${id(4)}`);
  expect(page.querySelector('main')?.textContent).toContain('This notebook is not here.');
});

test('asks for a token, refuses a wrong one, and goes on with the right one', async () => {
  locked = true;
  const page = await open('#/');
  const field = page.querySelector('input');
  const enter = (value: string): Promise<void> =>
    during(async () => {
      // React listens to the setter of the element's own class.
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, value);
      field?.dispatchEvent(new Event('input', { bubbles: true }));
      await Promise.resolve();
      page
        .querySelector('form')
        ?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
    });
  await enter('wrong');
  expect(page.querySelector('[role=alert]')?.textContent).toBe(
    'This token is not valid, or no longer.',
  );
  await enter('right');
  expect(tokens).toEqual(['wrong', 'right']);
  expect(page.querySelector('.cellar-Notebooks')).not.toBeNull();
});
