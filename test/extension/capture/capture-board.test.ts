import { describe, expect, it } from 'vitest';

import type { Kept } from '../../../contract/capture.js';
import { CaptureBoard } from '../../../extension/capture/capture-board.js';
import type { Parcel } from '../../../extension/capture/outbox-store.js';
import { ClientError } from '../../../extension/client/errors.js';

const NOW = 5_000;
const PATH = 'sub/train.ipynb';
const PARCEL: Parcel = { kind: 'burst', burst: { key: '12345678', path: PATH, trigger: 'save' } };

function kept(created: boolean): Kept {
  return {
    created,
    warnings: [],
    snapshot: { time: new Date(1_000).toISOString() },
  } as unknown as Kept;
}

function refused(code: 'too_large' | 'paused' | 'secret_found'): {
  kind: 'refused';
  error: ClientError;
} {
  return { kind: 'refused', error: new ClientError(code, 'train.ipynb is too large') };
}

function board(): CaptureBoard {
  return new CaptureBoard(() => NOW);
}

describe('CaptureBoard', () => {
  it('takes a notebook to be captured until the server says otherwise', () => {
    const fresh = board();
    expect(fresh.isOn(PATH)).toBe(true);
    fresh.setState({ path: PATH, state: 'paused', by: 'sub' });
    expect(fresh.isOn(PATH)).toBe(false);
    expect(fresh.statusOf(PATH)).toEqual({ kind: 'paused', by: 'sub' });
    expect(fresh.isOn('other.ipynb')).toBe(true);
  });

  it('has the cells that run until the version of them is kept, and no later ones for it', () => {
    const fresh = board();
    const burst = { started: NOW, cells: 2, isRunning: false };
    fresh.setBurst(PATH, burst);
    fresh.settled(PARCEL, { kind: 'kept', kept: kept(true) });
    expect(fresh.state.bursts.get(PATH)).toBeUndefined();
    fresh.setBurst(PATH, { ...burst, isRunning: true });
    fresh.settled(PARCEL, { kind: 'kept', kept: kept(true) });
    expect(fresh.state.bursts.get(PATH)).toMatchObject({ isRunning: true });
  });

  it('says what stands in the way from the start, and what waits where something does', () => {
    const fresh = board();
    fresh.setObstacle('damaged');
    expect(fresh.statusOf(PATH)).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('cellar verify --repair') as string,
      told: true,
    });
    expect(fresh.isOn(PATH)).toBe(true);
    fresh.setOutbox({ kind: 'held', code: 'store_damaged', waiting: 2 });
    expect(fresh.statusOf(PATH)).toMatchObject({
      message: expect.stringContaining('2 versions wait') as string,
    });
    fresh.setOutbox({ kind: 'empty' });
    fresh.setObstacle(undefined);
    expect(fresh.statusOf(PATH)).toEqual({ kind: 'kept' });
  });

  it('says when the last version was kept, and of an unchanged notebook when it was', () => {
    const fresh = board();
    fresh.settled(PARCEL, { kind: 'kept', kept: kept(true) });
    expect(fresh.statusOf(PATH)).toEqual({ kind: 'kept', time: NOW });
    fresh.settled(PARCEL, { kind: 'kept', kept: kept(false) });
    expect(fresh.statusOf(PATH)).toEqual({ kind: 'kept', time: 1_000 });
  });

  it('shows why a version was refused until the next one is kept', () => {
    const fresh = board();
    fresh.settled(PARCEL, refused('too_large'));
    expect(fresh.statusOf(PATH)).toEqual({ kind: 'error', message: 'train.ipynb is too large' });
    expect(fresh.statusOf('other.ipynb')).toEqual({ kind: 'kept' });
    fresh.settled(PARCEL, { kind: 'kept', kept: kept(true) });
    expect(fresh.statusOf(PATH).kind).toBe('kept');
  });

  it('says of a secret that there is one, and leaves it to the notice which', () => {
    const fresh = board();
    fresh.settled(PARCEL, refused('secret_found'));
    expect(fresh.statusOf(PATH)).toEqual({
      kind: 'error',
      message: 'It holds what looks like a secret.',
      told: true,
    });
  });

  it('takes "paused" as the answer that was asked for, not as an error', () => {
    const fresh = board();
    fresh.settled(PARCEL, refused('paused'));
    expect(fresh.statusOf(PATH)).toEqual({ kind: 'kept' });
  });

  it('counts what waits while the server is away, and names a full disk and a damaged store', () => {
    const fresh = board();
    fresh.setOutbox({ kind: 'held', waiting: 2, code: 'server_away' });
    expect(fresh.statusOf(PATH)).toEqual({ kind: 'waiting', count: 2 });
    fresh.setOutbox({ kind: 'held', waiting: 1, code: 'disk_full' });
    expect(fresh.statusOf(PATH)).toEqual({
      kind: 'error',
      message:
        'The disk is full. 1 version waits in this browser and will be kept when there is room.',
    });
    fresh.setOutbox({ kind: 'held', waiting: 2, code: 'store_damaged' });
    expect(fresh.statusOf(PATH)).toEqual({
      kind: 'error',
      message:
        'The store is damaged. 2 versions wait in this browser until it is mended: run "cellar verify --repair" in a terminal.',
    });
    fresh.setOutbox({ kind: 'sending', waiting: 1 });
    expect(fresh.statusOf(PATH)).toEqual({ kind: 'keeping' });
  });

  it('is off for every notebook when the setting is', () => {
    const fresh = board();
    fresh.setOff(true);
    expect(fresh.isOn(PATH)).toBe(false);
    expect(fresh.statusOf(PATH)).toEqual({ kind: 'paused', by: '' });
  });

  it('tells its listeners of each change once', () => {
    const fresh = board();
    let told = 0;
    fresh.subscribe(() => {
      told += 1;
    });
    fresh.setOff(true);
    fresh.setOff(true);
    expect(told).toBe(1);
  });
});
