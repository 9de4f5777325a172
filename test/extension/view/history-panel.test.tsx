// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';

import type { HistoryRow } from '../../../contract/history.js';
import type { Registration } from '../../../contract/models.js';
import type { Workspace } from '../../../contract/workspace.js';
import { HistoryModel } from '../../../extension/model/history.js';
import { LiveModel } from '../../../extension/model/live.js';
import { createMemory } from '../../../extension/model/memory.js';
import { LinksModel } from '../../../extension/model/links.js';
import { RegistrationsModel } from '../../../extension/model/registrations.js';
import { SpaceModel } from '../../../extension/model/space.js';
import { restoreQuestion } from '../../../extension/view/history-actions.js';
import { HistoryPanel } from '../../../extension/view/history-panel.js';
import { linkOf } from '../model/elsewhere-fixture.js';
import { clientOf, expiry, id, NOON, notebook, pageOf, row } from '../model/fixture.js';
import { click, during, mount, press } from './mount.js';

let all: HistoryRow[];
let away: boolean;
let gone: string | undefined;
let done: string[];
let model: HistoryModel;

const actions = {
  onCompare: (base: string, head: string) => done.push(`compare ${name(base)} ${name(head)}`),
  onRestore: (chosen: HistoryRow) => done.push(`restore ${name(chosen.id)}`),
  onRetry: () => done.push('retry'),
  artifactUrl: ({ sha256 }: { sha256: string }) => `artifacts/${sha256}`,
};

function name(text: string): string {
  return text.replace(/^01k0*/, '');
}

beforeEach(() => {
  done = [];
  away = false;
  gone = undefined;
  all = [
    row(3, 1, { metric: { value: 0.97222, previous: 0.83333 } }),
    row(2, 10, { metric: { value: 0.83333, previous: null }, message: '<b>bold</b> "claim"' }),
    row(1, 20),
  ];
  const { client } = clientOf((url) => {
    if (away) throw new TypeError('fetch failed');
    if (url.pathname.endsWith('/by-path'))
      return { notebook: url.searchParams.get('path') === 'train.ipynb' ? notebook : null };
    if (gone !== undefined && url.pathname.endsWith(gone)) return expiry(gone);
    return pageOf(
      all,
      Number(url.searchParams.get('offset') ?? 0),
      Number(url.searchParams.get('limit')),
    );
  });
  model = new HistoryModel({ client, memory: createMemory(), now: () => NOON });
});

async function open(path: string | undefined = 'train.ipynb'): Promise<HTMLElement> {
  model.show(path);
  return mount(<HistoryPanel model={model} actions={actions} />);
}

test('says what came of a file and of a logged model, and offers to register more', async () => {
  const artifact = {
    ...{ name: 'wine.joblib', sha256: 'a', size: 54_000, run: 'r1', source: 'logged' as const },
    certainty: 'sure' as const,
  };
  const run = { id: 'r1', name: '', status: 'finished' as const, metrics: {}, params: {} };
  all = [row(2, 1, { artifacts: [artifact], runs: [run] }), row(1, 20)];
  const of = (version: number, aliases: string[], files: string[]): Registration => ({
    ...{ name: 'wine', version, aliases, run: 'r1', files },
  });
  const registered = {
    model: new RegistrationsModel(
      { events: () => ({ dispose: () => undefined }) },
      {
        registrations: () =>
          Promise.resolve({
            ...{ names: [], candidates: [], mayRegister: true },
            registrations: [of(3, ['champion'], ['a']), of(2, [], ['a']), of(1, [], ['other'])],
          }),
      },
    ),
    links: new LinksModel(
      { events: () => ({ dispose: () => undefined }) },
      {
        links: () =>
          Promise.resolve({
            mayChange: true,
            links: [
              linkOf({ of: { kind: 'version', name: 'wine', version: 3 }, run: 'r1' }),
              linkOf({ id: '02', of: { kind: 'version', name: 'wine', version: 1 }, run: 'r1' }),
              linkOf({ id: '03', of: { kind: 'model', model: 'm-1' }, run: 'r1', version: null }),
            ],
          }),
      },
    ),
    urlOf: (model: string, version: number) => `page/${model}/${String(version)}`,
  };
  await registered.model.load();
  await registered.links.load();
  model.show('train.ipynb');
  const onRegister = (chosen: HistoryRow): unknown => done.push(`register ${name(chosen.id)}`);
  const panel = await mount(
    <HistoryPanel model={model} actions={{ ...actions, registered, onRegister }} />,
  );
  const lines = [...panel.querySelectorAll('.cellar-Artifact')].map((line) => line.textContent);
  expect(lines).toEqual([
    'wine.joblib54 kB·wine v3 @champion+1·prod: wine v7 @champion',
    '·wine v1·prod: wine v7 @champion',
    '·prod: wine',
  ]);
  expect(panel.querySelector('.cellar-Registered a')?.getAttribute('href')).toBe('page/wine/3');
  const items = async (at: number): Promise<readonly (string | null)[]> => {
    await during(() => {
      rowsOf(panel)[at]?.dispatchEvent(
        new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: 1 }),
      );
    });
    return [...document.querySelectorAll('[role=menuitem]')].map((item) => item.textContent);
  };
  expect(await items(0)).toContain('Register model…');
  await during(() => {
    const items = [...document.querySelectorAll('[role=menuitem]')];
    click(items.find(({ textContent }) => textContent === 'Register model…'));
  });
  expect(done).toEqual(['register 2']);
  // A version without a run has made nothing.
  expect(await items(1)).not.toContain('Register model…');
});

const ID = '0'.repeat(26);

const rowsOf = (panel: HTMLElement): Element[] => [...panel.querySelectorAll('.cellar-mod-row')];

test('says how good each version is, against the one before and the best', async () => {
  const panel = await open();
  const [first, second] = rowsOf(panel);
  expect(first?.textContent).toContain('0.9722');
  expect(first?.querySelector('.cellar-mod-better')?.textContent).toContain('+0.1389');
  expect(first?.querySelector('[aria-label="Best accuracy: 0.97"]')).not.toBeNull();
  expect(second?.querySelector('.cellar-Delta')).toBeNull();
});

test('shows a message as text, whatever it holds', async () => {
  const panel = await open();
  expect(panel.querySelector('b')).toBeNull();
  expect(rowsOf(panel)[1]?.textContent).toContain('“<b>bold</b> "claim"”');
});

test('names what a copy was copied from', async () => {
  const path = 'copy.ipynb';
  const origin = { notebook: ID, path: 'deep/<train>.ipynb', snapshot: ID };
  const { client } = clientOf((url) =>
    url.pathname.endsWith('/by-path')
      ? { notebook: { ...notebook, path, origin } }
      : { ...pageOf(all, 0, 100), notebook: { ...notebook, path, origin } },
  );
  model = new HistoryModel({ client, memory: createMemory(), now: () => NOON });
  const panel = await open(path);
  expect(panel.textContent).toContain('Copied from <train>.ipynb');
});

test('compares with the version before on a click, and two chosen ones in order', async () => {
  const panel = await open();
  await during(() => {
    click(rowsOf(panel)[0]);
  });
  await during(() => {
    click(rowsOf(panel)[2], { ctrlKey: true });
  });
  await during(() => {
    click(rowsOf(panel)[2]);
  });
  expect(done).toEqual(['compare 2 3', 'compare 1 3', 'compare 1 now']);
  expect(panel.querySelectorAll('[aria-selected=true]')).toHaveLength(1);
});

test('goes through the list by keys', async () => {
  const panel = await open();
  const focused = (): Element | null => panel.querySelector('[role=row][tabindex="0"]');
  expect(focused()?.getAttribute('data-key')).toBe(id(3));
  await during(() => {
    press(focused(), 'ArrowDown');
  });
  expect(focused()?.getAttribute('data-key')).toBe(id(2));
  await during(() => {
    press(focused(), 'Enter');
  });
  await during(() => {
    press(focused(), 'End');
  });
  expect(focused()?.getAttribute('data-key')).toBe(id(1));
  await during(() => {
    press(focused(), 'ArrowDown');
  });
  expect(focused()?.getAttribute('data-key')).toBe(id(1));
  expect(done).toEqual(['compare 1 2']);
});

test('offers in its menu what can be done, and does it', async () => {
  const panel = await open();
  await during(() => {
    rowsOf(panel)[1]?.dispatchEvent(
      new MouseEvent('contextmenu', { bubbles: true, cancelable: true }),
    );
  });
  const entries = [...document.querySelectorAll<HTMLElement>('[role=menuitem]')];
  expect(entries.map(({ textContent }) => textContent)).toEqual([
    'Compare with the version before',
    'Compare with the notebook now',
    'Compare with the best version',
    'Restore…',
  ]);
  await during(() => {
    click(entries[2]);
  });
  expect(done).toEqual(['compare 3 2']);
  expect(document.querySelector('[role=menu]')).toBeNull();
});

test('closes its menu on Escape and gives the focus back', async () => {
  const panel = await open();
  const target = rowsOf(panel)[0];
  if (!(target instanceof HTMLElement)) throw new Error('no row');
  await during(() => {
    target.focus();
  });
  await during(() => {
    target.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
  });
  await during(() => {
    press(document.activeElement, 'Escape');
  });
  expect(document.querySelector('[role=menu]')).toBeNull();
  expect(document.activeElement).toBe(target);
});

test('says of a purged file that it was purged, and links to nothing', async () => {
  const facts = { size: 54_321, run: 'r', source: 'logged', certainty: 'sure' } as const;
  all = [row(3, 1, { artifacts: [{ name: 'm.pkl', sha256: 'ab12', ...facts, purged: true }] })];
  const line = (await open()).querySelector('.cellar-Artifact');
  expect(line?.textContent).toContain('m.pkl');
  expect(line?.querySelector('[title*="held a secret"]')?.textContent).toBe('purged');
  expect(line?.querySelector('a')).toBeNull();
});

test('links each file to its bytes, with its hash in reach', async () => {
  all = [
    row(3, 1, {
      artifacts: [
        {
          name: 'wine.joblib',
          sha256: 'ab12',
          size: 54_321,
          run: 'r',
          source: 'logged',
          certainty: 'unsure',
        },
      ],
    }),
  ];
  const panel = await open();
  const link = panel.querySelector('a[download]');
  link?.addEventListener('click', (event) => {
    event.preventDefault();
  });
  expect(link?.getAttribute('href')).toBe('artifacts/ab12');
  expect(panel.querySelector('.cellar-Artifact')?.textContent).toContain('54 kB');
  expect(panel.querySelector('[title*="ab12"]')).not.toBeNull();
  expect(panel.textContent).toContain('unsure');
  await during(() => {
    click(link);
  });
  expect(done).toEqual([]);
});

test('holds few of ten thousand versions in the document', async () => {
  all = Array.from({ length: 10_000 }, (_, at) => row(10_000 - at, at));
  const panel = await open();
  expect(rowsOf(panel).length).toBeGreaterThan(10);
  expect(rowsOf(panel).length).toBeLessThan(60);
  expect(panel.querySelector('[aria-rowcount]')?.getAttribute('aria-rowcount')).toMatch(/^\d{3}$/);
});

test.each([
  [undefined, undefined, 'No notebook is open.'],
  ['new.ipynb', undefined, 'No versions yet.Run a cell and the first one is kept.'],
  ['new.ipynb', { kind: 'paused', by: '' }, 'None are kept while this notebook is paused.'],
] as const)('says for %s (%o) what to do', async (path, capture, words) => {
  if (capture !== undefined) model.setCapture(capture);
  const panel = await mount(<HistoryPanel model={model} actions={actions} />);
  await during(() => {
    model.show(path);
  });
  expect(panel.querySelector('.cellar-Empty')?.textContent).toContain(words);
});

test('says what waits while the server is away, and tries again when asked', async () => {
  const panel = await open();
  away = true;
  await during(() => {
    model.setCapture({ kind: 'waiting', count: 2 });
    return model.retry();
  });
  expect(panel.querySelector('[role=alert]')?.textContent).toBe(
    'Cellar does not answer. 2 versions wait in this browser and will be kept when it is back.Try now',
  );
  expect(rowsOf(panel)).toHaveLength(3);
  away = false;
  await during(() => {
    click(panel.querySelector('[role=alert] button'));
  });
  expect(done).toContain('retry');
  expect(panel.querySelector('[role=alert]')).not.toBeNull();
  await during(() => {
    model.setCapture({ kind: 'kept' });
  });
  expect(panel.querySelector('[role=alert]')).toBeNull();
});

test('names the thing before it restores', () => {
  expect(restoreQuestion(row(1, 40, { path: 'a/train.ipynb' }), NOON)).toEqual({
    title: 'Restore train.ipynb as of 13:20?',
    body: 'What you have now is kept first.',
    confirm: 'Restore',
  });
});

test('says of a version that secrets were left out, and before it is restored that they stay so', async () => {
  all = [row(2, 1, { redactions: 2 }), row(1, 2)];
  const panel = await open();
  const [first, second] = rowsOf(panel);
  expect(first?.textContent).toContain('2 secrets left out');
  expect(second?.textContent).not.toContain('left out');
  expect(restoreQuestion(row(1, 40, { redactions: 1 }), NOON).body).toBe(
    'What you have now is kept first. A secret was not kept with this version; a mark "[redacted: …]" stands there.',
  );
});

test('says of an id that it expired, and finds the nearest version that is kept', async () => {
  const panel = await open();
  const [newest] = all;
  all = [];
  gone = id(7);
  await during(async () => {
    model.search(gone ?? '');
    await new Promise((done) => setTimeout(done, 250));
  });
  const note = panel.querySelector('[role=alert]');
  expect(note?.textContent).toMatch(
    /^The version of train\.ipynb as of .*1.* 09:30 expired on .*9.*: automatic versions thin out with age\. The nearest that is kept is as of .*2.* 09:30\./,
  );
  all = newest === undefined ? [] : [newest];
  await during(async () => {
    click(
      [...panel.querySelectorAll('button')].find((each) => each.textContent === 'Find that one'),
    );
    await new Promise((done) => setTimeout(done, 250));
  });
  expect(model.state.text).toBe(id(8));
  expect(panel.querySelector('[role=alert]')).toBeNull();
  expect(rowsOf(panel)).toHaveLength(1);
});

test.each([
  ['damaged', 'cellar verify --repair', false],
  ['read_only', 'Make the folder .cellar writable', true],
  ['disk_full', 'Free some space', true],
] as const)(
  'says from the start that the store is %s and what to do, and offers nothing that cannot be',
  async (obstacle, words, cannotPause) => {
    const workspace = { obstacle, snapshots: 0 } as unknown as Workspace;
    const space = new SpaceModel({
      workspace: () => Promise.resolve(workspace),
      events: () => ({ dispose: () => undefined }),
    });
    model.show('train.ipynb');
    model.setCapture({ kind: 'kept' });
    const all = {
      ...actions,
      onPin: () => done.push('pin'),
      onExport: () => done.push('export'),
      onKeep: () => done.push('keep'),
      onPause: () => done.push('pause'),
    };
    const panel = await mount(<HistoryPanel model={model} actions={all} space={space} />);
    expect(panel.querySelector('.cellar-Banner[role=status]')?.textContent).toContain(words);
    expect(panel.querySelector<HTMLButtonElement>('[aria-label^="Pause"]')?.disabled).toBe(
      cannotPause,
    );
    const disabled = (): (string | null)[] =>
      [...document.querySelectorAll('[role=menuitem]')]
        .filter((entry) => entry.matches(':disabled, [aria-disabled=true]'))
        .map(({ textContent }) => textContent);
    await during(() => {
      click(panel.querySelector('[aria-label=More]'));
    });
    expect(disabled()).toEqual(['Keep a version now…']);
    await during(() => {
      press(document.activeElement, 'Escape');
    });
    await during(() => {
      const event = new MouseEvent('contextmenu', { bubbles: true, cancelable: true });
      rowsOf(panel)[1]?.dispatchEvent(event);
    });
    expect(disabled()).toEqual(['Restore…', 'Keep for ever']);
    expect(done).toEqual([]);
  },
);

test('shows what goes on above the versions, and then in the place of its version', async () => {
  const RUN = 'c'.repeat(32);
  let status = 'running';
  const value = 0.5;
  const { client, emit } = clientOf((url) => {
    if (!url.pathname.endsWith('/live'))
      return { run: RUN, name: 'accuracy', total: 0, points: [] };
    const run = {
      ...{ id: RUN, name: 'forest', status, snapshot: null, notebook: null, total: 2 },
      ...{ start: Date.now(), changed: Date.now(), made: [] },
      metrics: [
        { name: 'accuracy', value, step: 1, time: 1 },
        { name: 'loss', value: 'NaN', step: 1, time: 1 },
      ],
    };
    return { now: Date.now(), runs: [run], more: 0 };
  });
  const live = new LiveModel(client);
  const opened: string[] = [];
  const withLineage = { ...actions, onLineage: (node: string) => opened.push(node) };
  model.show('train.ipynb');
  const place = await mount(<HistoryPanel model={model} actions={withLineage} live={live} />);
  live.show({ path: 'train.ipynb', notebook: notebook.id, kernel: 'k', metric: undefined });
  await during(() => new Promise((done) => setTimeout(done, 50)));
  await during(() => {
    model.setGoing(live.going);
  });
  const rows = (): readonly string[] =>
    [...place.querySelectorAll('.cellar-Row')].map(({ textContent }) => textContent);
  expect(rows()[0]).toMatch(/^Running\d\d:\d\daccuracy 0\.5runningforestloss NaN$/);
  expect(rows()).toHaveLength(4);
  await during(() => {
    click(place.querySelector('.cellar-mod-live button'));
  });
  expect(opened).toEqual([`run:${RUN}`]);

  status = 'finished';
  emit({ kind: 'runs', runs: [{ run: RUN, notebook: null, kernels: ['k'], what: 'facts' }] });
  await during(() => new Promise((done) => setTimeout(done, 500)));
  await during(() => {
    model.setGoing(live.going);
  });
  expect(rows()[0]).toMatch(/^Ended.*finishedforest/);
  const claimed = { id: RUN, name: 'forest', status: 'finished' as const, metrics: {}, params: {} };
  all = [row(4, 0, { runs: [claimed] }), ...all];
  await during(() => model.retry());
  expect(rows()).toHaveLength(4);
  expect(place.querySelector('.cellar-mod-live')).toBeNull();
  live.dispose();
});
