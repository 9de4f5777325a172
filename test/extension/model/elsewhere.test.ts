import { expect, test } from 'vitest';

import type { CellarEvent } from '../../../contract/events.js';
import type { Link, Linked, LinkRequest } from '../../../contract/external.js';
import { ClientError } from '../../../extension/client/errors.js';
import type { ExternalClient } from '../../../extension/client/external.js';
import { EntriesModel, versionWords } from '../../../extension/model/elsewhere-entries.js';
import { ofWords, thingOfVersion, thingsOfRun } from '../../../extension/model/elsewhere-things.js';
import {
  asOfWords,
  linkWords,
  standingOf,
  thereWords,
} from '../../../extension/model/elsewhere-words.js';
import { ElsewhereModel } from '../../../extension/model/elsewhere.js';
import { findLinks, findOtherLinks, LinksModel } from '../../../extension/model/links.js';
import { clientOf, linkOf, quiet, RUN, wine } from './elsewhere-fixture.js';

const NOW = Date.parse('2026-11-23T14:30:00.000Z');
const OF: Linked = { kind: 'run', run: RUN, path: 'model.pkl' };
const ENTRY: LinkRequest & { readonly kind: 'entry' } = {
  ...{ kind: 'entry', of: OF, registry: 'prod', entry: 'wine', version: '7' },
};
const REGISTER: LinkRequest & { readonly kind: 'register' } = {
  ...{ kind: 'register', of: OF, registry: 'prod', entry: 'wine', description: '' },
};

async function openModel(more: Partial<ExternalClient> = {}): Promise<ElsewhereModel> {
  const model = new ElsewhereModel(quiet, clientOf(more), `runs:/${RUN}`);
  await model.load();
  return model;
}

test('a link is told by its registry, name, version and aliases', () => {
  expect(linkWords(linkOf())).toBe('prod: wine v7 @champion');
  expect(linkWords(linkOf({ version: null }))).toBe('prod: wine');
  expect(
    linkWords(linkOf({ registry: null, version: null, entry: 'Model card', known: null })),
  ).toBe('Model card');
  expect(thereWords({ entry: 'wine', version: 'latest' })).toBe('wine latest');
});

test('a link that is well has nothing to say but when it was so', () => {
  expect(standingOf(linkOf(), NOW)).toBeUndefined();
  expect(asOfWords(linkOf(), NOW)).toMatch(/^as of \d\d:\d\d$/);
  expect(asOfWords(linkOf({ registry: null, known: null }), NOW)).toBeUndefined();
});

test.each<readonly [string, Partial<Link>, 'quiet' | 'warn', RegExp]>([
  [
    'away',
    { away: true, since: '2026-11-23T14:20:00.000Z' },
    'quiet',
    /^prod does not answer since \d\d:\d\d\.$/,
  ],
  ['being registered', { state: 'waiting' }, 'quiet', /being registered in prod/],
  [
    'waiting',
    { state: 'waiting', failure: 'no answer', away: true, since: '2026-11-23T14:20:00.000Z' },
    'quiet',
    /^Waits: prod does not answer since .*\.$/,
  ],
  [
    'refused',
    { state: 'refused', failure: 'no such user' },
    'warn',
    /^Not registered\. no such user\.$/,
  ],
  [
    'gone',
    { known: { ...linkOf().known!, exists: false } },
    'warn',
    /^prod does not have it any more/,
  ],
])('a link that is %s says so', (_, more, look, words) => {
  const standing = standingOf(linkOf(more), NOW);
  expect(standing?.look).toBe(look);
  expect(standing?.words).toMatch(words);
});

test('models, folders, files and the whole of a run can be linked', () => {
  const file = { name: 'plots/a.png', sha256: 'f', size: 1 };
  const artifacts = ['plots/a.png', 'wine.joblib', 'forest/MLmodel'].map((name) => ({
    ...{ ...file, name, certainty: 'sure' as const, source: 'logged' as const },
  }));
  const things = thingsOfRun({
    ...{ id: RUN, name: 'forest of 60' },
    artifacts,
    models: [{ id: 'm-1', name: 'forest', modelType: '', files: [file], versions: [] }],
  });
  expect(things.map(({ words }) => words)).toEqual([
    'model forest',
    'forest/',
    'wine.joblib',
    'plots/a.png',
    'forest/MLmodel',
    'plots/',
    'the run with all its files',
  ]);
  expect(things.map(({ name }) => name)).toEqual([
    ...['forest', 'forest', 'wine', 'a', 'MLmodel', 'plots', 'forest of 60'],
  ]);
  expect(ofWords({ of: { kind: 'model', model: 'm-1' } }, things)).toBe('model forest');
  expect(ofWords({ of: { kind: 'run', run: RUN, path: 'plots' } }, things)).toBe('plots');
  expect(ofWords({ of: { kind: 'run', run: RUN, path: '' } }, things)).toBe('');
  expect(ofWords(linkOf(), [thingOfVersion('wine', 3, true)])).toBe('');
});

test('who may only look asks for no registries', async () => {
  const model = await openModel({
    links: () => Promise.resolve({ links: [linkOf()], mayChange: false }),
    registries: () => Promise.reject(new ClientError('forbidden', 'no')),
  });
  expect(model.state).toMatchObject({ mayChange: false, registries: [], problem: undefined });
  expect(model.state.links).toHaveLength(1);
});

test('a link that was taken away comes back', async () => {
  let links = [linkOf()];
  const calls: string[] = [];
  const model = await openModel({
    links: () => Promise.resolve({ links, mayChange: true }),
    unlink: (id) => {
      calls.push(`unlink ${id}`);
      links = [];
      return Promise.resolve();
    },
    relink: (id) => {
      calls.push(`relink ${id}`);
      links = [linkOf()];
      return Promise.resolve(linkOf());
    },
  });
  await model.unlink(linkOf());
  expect(model.state.removed?.id).toBe('01');
  expect(model.state.links).toEqual([]);
  await model.undo();
  expect(calls).toEqual(['unlink 01', 'relink 01']);
  expect(model.state.removed).toBeUndefined();
  expect(model.state.said).toBe('prod: wine v7 @champion is linked again.');
  expect(model.state.links).toHaveLength(1);
});

test('a registration tells how far it is, and what became of it', async () => {
  const shares: unknown[] = [];
  const model = await openModel({
    link: (_, { report }) => {
      report({ what: 'bytes', done: 5, total: 10 });
      shares.push(model.state.sending);
      return Promise.resolve(linkOf());
    },
  });
  expect(await model.register(REGISTER)).toBe(true);
  expect(shares).toMatchObject([{ registry: 'prod', done: 5, total: 10, cancelling: false }]);
  expect(model.state).toMatchObject({
    sending: undefined,
    said: 'Registered as prod: wine v7 @champion.',
  });
});

test.each([
  ['waiting', /^Kept\. It is registered once prod answers\.$/],
  ['refused', /^Not registered: prod says no\.$/],
] as const)('a registration that is %s says so', async (state, said) => {
  const model = await openModel({ link: () => Promise.resolve(linkOf({ state })) });
  expect(await model.register(REGISTER)).toBe(true);
  expect(model.state.said).toMatch(said);
});

test('a registration ends at the server when it is cancelled', async () => {
  let links: Link[] = [];
  const calls: string[] = [];
  const model = await openModel({
    links: () => Promise.resolve({ links, mayChange: true }),
    link: ({ kind }, { signal }) =>
      new Promise((resolve, reject) => {
        if (kind !== 'register') resolve(linkOf());
        links = [linkOf({ id: '02', state: 'waiting', version: null })];
        signal.addEventListener('abort', () => {
          reject(new Error('left'));
        });
      }),
    unlink: (id) => {
      calls.push(id);
      links = [];
      return Promise.resolve();
    },
  });
  const sent = model.register(REGISTER);
  await model.cancel();
  expect(await sent).toBe(false);
  expect(calls).toEqual(['02']);
  expect(model.state).toMatchObject({ sending: undefined, refused: undefined });
  expect(model.state.said).toMatch(/^Cancelled: nothing was registered/);
  // What comes after is no part of what was left.
  expect(await model.link(ENTRY)).toBe(true);
});

test('what is refused is told, and links are asked for anew', async () => {
  const model = await openModel({
    link: () => Promise.reject(new ClientError('not_found', 'prod has no "wine".')),
  });
  expect(await model.link(ENTRY)).toBe(false);
  expect(model.state.refused).toEqual({ kind: 'error', message: 'prod has no "wine".' });
});

test('names are completed, with the versions of the one that is given in full', async () => {
  const asked: string[] = [];
  const model = new EntriesModel(
    clientOf({
      entries: (_, text) => {
        asked.push(text);
        return Promise.resolve([wine]);
      },
    }),
  );
  model.ask('prod', 'wi');
  await expect.poll(() => model.state.known).toBe(true);
  expect(model.state.versions).toEqual([]);
  model.ask('prod', 'win');
  model.ask('prod', 'wine');
  await expect.poll(() => model.state.versions).toHaveLength(1);
  // What is typed over is not asked for.
  expect(asked).toEqual(['wi', 'wine']);
  expect(model.state.versions.map((each) => versionWords(each, wine))).toEqual([
    'v7 @champion · Production',
  ]);
  model.ask('other', 'wine');
  expect(model.state.entries).toEqual([]);
  model.dispose();
});

test('lists show what is linked of a file, of a folder around it, and of a version that it is', () => {
  const file = { run: RUN, sha256: 'f', name: 'model/model.pkl' };
  const registrations = [{ name: 'wine', version: 3, aliases: [], run: RUN, files: ['f'] }];
  const links = [
    linkOf({ id: '1', of: { kind: 'run', run: RUN, path: 'model/model.pkl' } }),
    linkOf({ id: '2', of: { kind: 'run', run: RUN, path: 'model' } }),
    linkOf({ id: '3', of: { kind: 'run', run: RUN, path: 'mod' } }),
    linkOf({ id: '4', of: { kind: 'version', name: 'wine', version: 3 } }),
    linkOf({ id: '5', of: { kind: 'version', name: 'wine', version: 4 } }),
    linkOf({ id: '6', of: { kind: 'run', run: RUN, path: '' } }),
    linkOf({ id: '7', of: { kind: 'model', model: 'm-1' }, run: 'b'.repeat(32) }),
  ];
  const all = { links, registrations };
  expect(findLinks(all, file).map(({ id }) => id)).toEqual(['1', '2', '4']);
  const row = { runs: [{ id: RUN }], artifacts: [file] };
  expect(findOtherLinks(all, row).map(({ id }) => id)).toEqual(['3', '5', '6']);
});

test('what is linked follows the server, and stays while that is away', async () => {
  const listeners: ((event: CellarEvent) => void)[] = [];
  const source = {
    events: (listener: (event: CellarEvent) => void) => {
      listeners.push(listener);
      return { dispose: () => undefined };
    },
  };
  let answer: Promise<readonly Link[]> = Promise.resolve([linkOf({ state: 'waiting' })]);
  const model = new LinksModel(source, {
    links: async () => ({ links: [...(await answer)], mayChange: true }),
  });
  await model.load();
  expect(model.state.links).toEqual([]);
  answer = Promise.resolve([linkOf()]);
  for (const listener of listeners) listener({ kind: 'links' });
  await expect.poll(() => model.state.links).toHaveLength(1);
  answer = Promise.reject(new Error('away'));
  await model.load();
  expect(model.state.links).toHaveLength(1);
  model.dispose();
});
