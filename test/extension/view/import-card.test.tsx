// @vitest-environment jsdom
import { expect, test, vi } from 'vitest';

import type { Imported, ImportOffer } from '../../../contract/import.js';
import type { Progress } from '../../../contract/progress.js';
import { ClientError } from '../../../extension/client/errors.js';
import { ImportModel } from '../../../extension/model/import.js';
import { createMemory } from '../../../extension/model/memory.js';
import { ImportCard } from '../../../extension/view/import-card.js';
import { click, during, mount } from './mount.js';

const offer: ImportOffer = {
  repository: '/w',
  commits: 12,
  notebooks: 3,
  more: false,
  running: null,
};
const imported: Imported = {
  status: 'ok',
  repository: '/w',
  head: null,
  commits: 12,
  notebooks: 3,
  snapshots: 14,
  known: 0,
  runs: 2,
  skipped: 1,
  warnings: [{ message: 'is in Git LFS', path: 'big.ipynb' }],
};

/** A server that imports until the test ends it by `finish` or `fail`. */
function setup(memory = createMemory()) {
  let report: (progress: Progress) => void = () => undefined;
  let end = (): void => undefined;
  let fail: (error: Error) => void = () => undefined;
  let left = offer;
  const model = new ImportModel(
    {
      importOffer: () => Promise.resolve(left),
      cancelImport: () => Promise.resolve(),
      importHistory: (tell, signal) =>
        new Promise((done, refuse) => {
          report = tell;
          end = () => {
            done(imported);
          };
          fail = refuse;
          signal.addEventListener('abort', () => {
            left = { ...offer, commits: 5 };
            refuse(new DOMException('left', 'AbortError'));
          });
        }),
    },
    memory,
  );
  return {
    model,
    memory,
    report: (progress: Progress) => {
      report(progress);
    },
    finish: () => {
      end();
    },
    fail: (error: Error) => {
      fail(error);
    },
  };
}

function button(place: HTMLElement, label: string): Element | undefined {
  return [...place.querySelectorAll('button')].find(({ textContent }) => textContent === label);
}

test('offers what git has, tells how far it is, and what came of it', async () => {
  const { model, report, finish } = setup();
  const place = await mount(<ImportCard model={model} />);
  expect(place.textContent).toContain(
    'This folder has 3 notebooks in git history. Import their versions?',
  );
  expect(place.textContent).toContain('12 commits touch a notebook');
  await during(() => {
    click(button(place, 'Import'));
  });
  await during(() => {
    report({ what: 'versions', done: 7, total: 14 });
  });
  expect(place.querySelector('progress')?.value).toBe(7);
  expect(place.textContent).toContain('7 of 14 versions');
  await during(finish);
  expect(place.textContent).toContain('14 versions of 3 notebooks imported.');
  expect(place.textContent).toContain('big.ipynb: is in Git LFS');
  await during(() => {
    click(button(place, 'Close'));
  });
  expect(place.textContent).toBe('');
});

test('offers what is left after a cancel', async () => {
  const { model } = setup();
  const place = await mount(<ImportCard model={model} />);
  await during(() => {
    click(button(place, 'Import'));
  });
  await during(() => {
    click(button(place, 'Cancel'));
  });
  expect(place.textContent).toContain('5 commits');
  expect(place.querySelector('[role=status]')?.textContent).toContain('What was imported is kept');
  expect(button(place, 'Go on')).toBeDefined();
});

test('follows an import that another page has begun, and ends it', async () => {
  let running: Progress | null = { what: 'versions', done: 7, total: 14 };
  const model = new ImportModel(
    {
      importOffer: () => Promise.resolve({ ...offer, running }),
      importHistory: () => Promise.reject(new Error('not asked for here')),
      cancelImport: () => {
        running = null;
        return Promise.resolve();
      },
    },
    createMemory(),
    1,
  );
  const place = await mount(<ImportCard model={model} />);
  expect(place.textContent).toContain('7 of 14 versions');
  running = { what: 'versions', done: 9, total: 14 };
  await vi.waitFor(() => {
    expect(place.textContent).toContain('9 of 14 versions');
  });
  await during(() => {
    click(button(place, 'Cancel'));
  });
  await vi.waitFor(() => {
    expect(button(place, 'Go on')).toBeDefined();
  });
});

test('says why an import ended, and goes on with it', async () => {
  const { model, fail, finish } = setup();
  const place = await mount(<ImportCard model={model} />);
  await during(() => {
    click(button(place, 'Import'));
  });
  await during(() => {
    fail(new ClientError('disk_full', 'The disk is full.'));
  });
  expect(place.querySelector('[role=alert]')?.textContent).toContain('The disk is full.');
  await during(() => {
    click(button(place, 'Go on'));
  });
  await during(finish);
  expect(place.textContent).toContain('imported.');
});

test('offers nothing again after “Not now”', async () => {
  const { model, memory } = setup();
  const place = await mount(<ImportCard model={model} />);
  await during(() => {
    click(button(place, 'Not now'));
  });
  expect(place.textContent).toBe('');
  const next = await mount(<ImportCard model={setup(memory).model} />);
  expect(next.textContent).toBe('');
});
