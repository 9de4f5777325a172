import type { Contents } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { beforeEach, describe, expect, it } from 'vitest';

import { IdentityWatch } from '../../../extension/capture/identity.js';
import { createMemoryOutbox } from '../../../extension/capture/memory-outbox.js';
import { Outbox } from '../../../extension/capture/outbox.js';
import type { Parcel } from '../../../extension/capture/outbox-store.js';
import { ManualClock, settle } from './manual-clock.js';

type Change = Contents.IChangedArgs;

describe('IdentityWatch', () => {
  let fileChanged: Signal<Contents.IManager, Change>;
  let sent: Parcel[];
  let savedAs: string[];
  let open: string[];
  let watch: IdentityWatch;

  beforeEach(() => {
    fileChanged = new Signal({} as Contents.IManager);
    sent = [];
    savedAs = [];
    open = ['train.ipynb'];
    watch = new IdentityWatch({
      contents: { fileChanged, localPath: (path) => path.replace(/^RTC:/, '') },
      outbox: new Outbox({
        store: createMemoryOutbox(),
        clock: new ManualClock(),
        deliver: (parcel) => {
          sent.push(parcel);
          return Promise.resolve(undefined);
        },
      }),
      openPaths: () => open,
      onSavedAs: (from, to) => {
        savedAs.push(`${from} → ${to}`);
      },
    });
  });

  async function change(
    type: Change['type'],
    from: string | null,
    to: Partial<Contents.IModel> | null,
  ): Promise<void> {
    const oldValue = from === null ? null : { path: from };
    fileChanged.emit({ type, oldValue, newValue: to });
    await settle();
  }

  it.each([
    ['train.ipynb', { path: 'model.ipynb', type: 'notebook' }, 'a notebook'],
    ['old', { path: 'new', type: 'directory' }, 'a folder'],
    ['RTC:train.ipynb', { path: 'RTC:model.ipynb', type: 'notebook' }, 'a shared notebook'],
  ])('tells the server that %s was renamed: %#', async (from, to) => {
    await change('rename', from, to);
    const plain = (path: string): string => path.replace('RTC:', '');
    expect(sent).toEqual([{ kind: 'rename', from: plain(from), to: plain(to.path) }]);
  });

  it('says nothing of a rename that no notebook is touched by', async () => {
    await change('rename', 'data.csv', { path: 'wine.csv', type: 'file' });
    expect(sent).toEqual([]);
  });

  it('names the origin of what was duplicated in the file browser', async () => {
    watch.copied(['train.ipynb']);
    await change('new', null, { path: 'train-Copy1.ipynb', type: 'notebook' });
    expect(sent).toEqual([{ kind: 'copy', from: 'train.ipynb', to: 'train-Copy1.ipynb' }]);
  });

  it('says nothing of a notebook that is new', async () => {
    watch.copied(['train.ipynb']);
    await change('new', null, { path: 'Untitled.ipynb', type: 'notebook' });
    expect(sent).toEqual([]);
  });

  it('tells a save under another path as a rename: Save As keeps the history', async () => {
    watch.saving('train.ipynb', true);
    await change('save', null, { path: 'other.ipynb', type: 'notebook' });
    watch.saving('train.ipynb', false);
    expect(sent).toEqual([{ kind: 'rename', from: 'train.ipynb', to: 'other.ipynb' }]);
    expect(savedAs).toEqual(['train.ipynb → other.ipynb']);
  });

  it('says nothing of a plain save', async () => {
    watch.saving('train.ipynb', true);
    await change('save', null, { path: 'train.ipynb', type: 'notebook' });
    expect(sent).toEqual([]);
  });

  it('does not guess between two notebooks that are saved at one moment', async () => {
    watch.saving('train.ipynb', true);
    watch.saving('test.ipynb', true);
    await change('save', null, { path: 'other.ipynb', type: 'notebook' });
    expect(sent).toEqual([]);
  });
});
