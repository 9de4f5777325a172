import { beforeEach, describe, expect, it } from 'vitest';

import { ClientError } from '../../../extension/client/errors.js';
import { NoticesModel } from '../../../extension/model/notices.js';
import { secretOf, warningOf } from './secret-fixture.js';

const PATH = 'train.ipynb';
const MISSING = { code: 'artifact_missing', message: 'm.pkl could not be read.' };
const OTHER = 'fedcba9876543210';

let told: string[];
let away: boolean;
let model: NoticesModel;

beforeEach(() => {
  told = [];
  away = false;
  model = new NoticesModel({
    allowSecret: async (fingerprint, allowed) => {
      await Promise.resolve();
      if (away) throw new ClientError('server_away', 'away');
      told.push(`${allowed ? '+' : '-'}${fingerprint}`);
    },
  });
});

/** Outcome and answer of each notice of a notebook. */
function shown(path = PATH): string[] {
  return model
    .at(path)
    .map((notice) =>
      notice.kind === 'other' ? notice.message : `${notice.outcome} ${notice.answer.kind}`,
    );
}

const keyAt = (place: number, path = PATH): string => model.at(path)[place]?.key ?? '';

describe('what was found in a version', () => {
  it('stays, once, through later versions that hold it or not', () => {
    model.kept(PATH, [warningOf('kept', { place: 'source' }), MISSING]);
    model.kept(PATH, [warningOf('kept', { place: 'source', index: 4 })]);
    expect(shown()).toEqual(['kept none', 'm.pkl could not be read.']);
    // The cell has moved since.
    expect(model.at(PATH)[0]).toMatchObject({ secret: { index: 4 } });
    expect(model.at('other.ipynb')).toEqual([]);
  });

  it('is not told again once it was dismissed, but elsewhere it is', () => {
    model.kept(PATH, [warningOf('redacted')]);
    model.dismiss(PATH);
    model.kept(PATH, [warningOf('redacted'), warningOf('redacted', { cell: 'd' })]);
    expect(model.at(PATH)).toMatchObject([{ secret: { cell: 'd' } }]);
  });

  it('goes with a notebook that is renamed', () => {
    model.kept(PATH, [warningOf('redacted')]);
    model.moved(PATH, 'new.ipynb');
    expect([shown(), shown('new.ipynb')]).toEqual([[], ['redacted none']]);
    model.dismiss('new.ipynb');
    model.moved('new.ipynb', 'newer.ipynb');
    model.kept('newer.ipynb', [warningOf('redacted')]);
    expect(shown('newer.ipynb')).toEqual([]);
  });
});

describe('what no version is kept for', () => {
  it('goes when a version is kept, and comes back when one is refused again, dismissed or not', () => {
    model.kept(PATH, [MISSING]);
    model.refused(PATH, [secretOf()], () => undefined);
    expect(shown()).toEqual(['refused none', 'm.pkl could not be read.']);
    model.kept(PATH, []);
    expect(shown()).toEqual(['m.pkl could not be read.']);
    model.refused(PATH, [secretOf()], () => undefined);
    model.dismiss(PATH);
    model.refused(PATH, [secretOf()], () => undefined);
    expect(shown()).toEqual(['refused none']);
  });

  it('is sent again, once, when the last of it is said to be no secret', async () => {
    let sent = 0;
    const again = (): void => {
      sent += 1;
    };
    model.refused(PATH, [secretOf(), secretOf({ fingerprint: OTHER })], again);
    await model.allow(PATH, keyAt(0));
    expect([sent, ...shown()]).toEqual([0, 'refused allowed', 'refused none']);
    await model.allow(PATH, keyAt(1));
    expect(sent).toBe(1);
    // That it was allowed, and what that changes, stays to be read.
    model.kept(PATH, []);
    expect(shown()).toEqual(['refused allowed', 'refused allowed']);
    await model.allow(PATH, keyAt(0), false);
    expect([sent, ...told]).toEqual([
      1,
      '+0123456789abcdef',
      '+fedcba9876543210',
      '-0123456789abcdef',
    ]);
    expect(shown()).toEqual(['refused allowed']);
  });

  it('is not sent again once something was purged, which it may hold', async () => {
    let sent = 0;
    model.refused(PATH, [secretOf()], () => {
      sent += 1;
    });
    model.forget();
    await model.allow(PATH, keyAt(0));
    expect([sent, ...shown()]).toEqual([0, 'refused allowed']);
  });

  it('is sent again after the notebook was renamed', async () => {
    const sent: string[] = [];
    model.refused(PATH, [secretOf()], () => sent.push('it'));
    model.refused('b.ipynb', [secretOf({ fingerprint: OTHER })], () => sent.push('other'));
    model.moved(PATH, 'new.ipynb');
    await model.allow('b.ipynb', keyAt(0, 'b.ipynb'));
    expect([sent, shown('new.ipynb')]).toEqual([['other'], ['refused none']]);
    await model.allow('new.ipynb', keyAt(0, 'new.ipynb'));
    expect(sent).toEqual(['other', 'it']);
  });

  it('is not sent again once it was dismissed, also when its secret is allowed elsewhere', async () => {
    let sent = 0;
    model.refused(PATH, [secretOf()], () => {
      sent += 1;
    });
    model.dismiss(PATH);
    model.kept('b.ipynb', [warningOf('redacted')]);
    await model.allow('b.ipynb', keyAt(0, 'b.ipynb'));
    expect([sent, ...shown('b.ipynb')]).toEqual([0, 'redacted allowed']);
  });

  it('is not sent again when a later version was kept meanwhile', async () => {
    let sent = 0;
    model.refused(PATH, [secretOf()], () => {
      sent += 1;
    });
    const key = keyAt(0);
    model.kept(PATH, [warningOf('redacted')]);
    await model.allow(PATH, keyAt(0));
    await model.allow(PATH, key);
    expect(sent).toBe(0);
  });
});

describe('that something is no secret', () => {
  it('holds wherever it stands, until it is taken back', async () => {
    model.kept(PATH, [warningOf('redacted'), warningOf('redacted', { fingerprint: OTHER })]);
    model.kept('b.ipynb', [warningOf('kept', { place: 'source' })]);
    const asking = model.allow(PATH, keyAt(0));
    expect(shown()).toEqual(['redacted busy', 'redacted none']);
    await asking;
    expect(shown()).toEqual(['redacted allowed', 'redacted none']);
    expect(shown('b.ipynb')).toEqual(['kept allowed']);
    await model.allow(PATH, keyAt(0), false);
    expect(shown('b.ipynb')).toEqual(['kept none']);
  });

  it('is not taken while the server is away, and says so', async () => {
    model.kept(PATH, [warningOf('redacted')]);
    away = true;
    await model.allow(PATH, keyAt(0));
    expect(model.at(PATH)).toMatchObject([{ answer: { kind: 'none', problem: { kind: 'away' } } }]);
    away = false;
    await model.allow(PATH, keyAt(0));
    expect(shown()).toEqual(['redacted allowed']);
  });
});
