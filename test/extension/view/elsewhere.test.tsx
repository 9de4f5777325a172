// @vitest-environment jsdom
import { expect, test } from 'vitest';

import type { LinkRequest } from '../../../contract/external.js';
import type { ExternalClient } from '../../../extension/client/external.js';
import { EntriesModel } from '../../../extension/model/elsewhere-entries.js';
import { thingOfVersion } from '../../../extension/model/elsewhere-things.js';
import { ElsewhereModel } from '../../../extension/model/elsewhere.js';
import { Elsewhere } from '../../../extension/view/elsewhere.js';
import { clientOf, linkOf, quiet } from '../model/elsewhere-fixture.js';
import { click, during, mount, press } from './mount.js';

/** What a form looks for names in. */
let entries: EntriesModel | undefined;

/** Until the registry has answered to what was typed. */
async function untilKnown(): Promise<void> {
  await during(() => expect.poll(() => entries?.state.known).toBe(true));
}

async function open(more: Partial<ExternalClient> = {}): Promise<HTMLElement> {
  const client = clientOf(more);
  const place = {
    open: (of: string) => new ElsewhereModel(quiet, client, of),
    search: () => {
      entries = new EntriesModel(client);
      return entries;
    },
  };
  return mount(
    <Elsewhere place={place} of="models:/wine/3" things={[thingOfVersion('wine', 3, true)]} />,
  );
}

const button = (view: Element, words: string): HTMLElement | undefined =>
  [...view.querySelectorAll<HTMLElement>('button')].find(
    (each) => (each.getAttribute('aria-label') ?? each.textContent) === words,
  );

test('without registries a page can be linked, and it says how a registry is added', async () => {
  const view = await open({ registries: () => Promise.resolve([]) });
  expect(view.textContent).toContain('Not linked to any registry or page elsewhere.');
  expect(view.textContent).toContain('cellar registry add NAME URL');
  expect([...view.querySelectorAll('button')].map(({ textContent }) => textContent)).toEqual([
    'Link a page…',
  ]);
});

test('who may only look sees links and no buttons, and nothing where there are none', async () => {
  const links = (...all: readonly ReturnType<typeof linkOf>[]) => ({
    links: () => Promise.resolve({ links: [...all], mayChange: false }),
  });
  expect((await open(links())).textContent).toBe('');
  const view = await open(links(linkOf()));
  expect(view.querySelectorAll('button')).toHaveLength(0);
  const link = view.querySelector('a');
  expect(link?.getAttribute('href')).toBe('https://prod.example/wine/7');
  expect(link?.getAttribute('rel')).toContain('noopener');
  expect(link?.getAttribute('target')).toBe('_blank');
});

test('a link is taken away by its button, and Undo has the focus', async () => {
  let links = [linkOf()];
  const view = await open({
    links: () => Promise.resolve({ links, mayChange: true }),
    unlink: () => {
      links = [];
      return Promise.resolve();
    },
  });
  await during(() => {
    click(button(view, 'Take the link to prod: wine v7 @champion away'));
  });
  expect(view.querySelector('[role=status]')?.textContent).toBe(
    'wine v7 is not linked any more.Undo',
  );
  expect(document.activeElement?.textContent).toBe('Undo');
});

test('an entry is linked with the version that is newest where none is chosen', async () => {
  const asked: LinkRequest[] = [];
  const view = await open({
    link: (request) => {
      asked.push(request);
      return Promise.resolve(linkOf());
    },
  });
  await during(() => {
    click(button(view, 'Link…'));
  });
  const form = view.querySelector('form');
  expect(button(view, 'Link')?.hasAttribute('disabled')).toBe(true);
  await type(view.querySelector('input[list]'), 'wine');
  await untilKnown();
  expect(button(view, 'Link')?.hasAttribute('disabled')).toBe(false);
  expect(view.textContent).toContain('v7 @champion · Production');
  await during(() => {
    form?.requestSubmit();
  });
  expect(asked).toEqual([
    {
      ...{ kind: 'entry', of: { kind: 'version', name: 'wine', version: 3 } },
      ...{ registry: 'prod', entry: 'wine', version: '7' },
    },
  ]);
  expect(view.querySelector('form')).toBeNull();
});

test('Escape leaves a form, and the focus stays in the section', async () => {
  const view = await open();
  await during(() => {
    click(button(view, 'Register elsewhere…'));
  });
  expect(view.querySelector<HTMLInputElement>('input[list]')?.value).toBe('wine');
  await untilKnown();
  expect(view.textContent).toContain('Becomes the next version of it, after 7.');
  await during(() => {
    press(view.querySelector('input'), 'Escape');
  });
  expect(view.querySelector('form')).toBeNull();
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Links');
});

test('a registration shows how far it is, and can be cancelled', async () => {
  const view = await open({
    link: (_, { report }) => {
      report({ what: 'bytes', done: 43, total: 100 });
      return new Promise(() => undefined);
    },
  });
  await during(() => {
    click(button(view, 'Register elsewhere…'));
  });
  await during(() => {
    view.querySelector('form')?.requestSubmit();
  });
  const bar = view.querySelector('progress');
  expect([bar?.value, bar?.max]).toEqual([43, 100]);
  expect(view.textContent).toContain('43 %');
  expect(button(view, 'Cancel')).toBeDefined();
});

/** As React hears of it. */
async function type(field: Element | null, text: string): Promise<void> {
  if (!(field instanceof HTMLInputElement)) throw new Error('no field');
  const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
  await during(() => {
    value?.set?.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
