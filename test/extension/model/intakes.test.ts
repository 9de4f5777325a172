import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { IntakesModel } from '../../../extension/model/intakes.js';
import { clientOf, refusal } from './fixture.js';

let server: ReturnType<typeof clientOf>;
let methods: string[];
let answer: () => unknown;
let model: IntakesModel;

beforeEach(() => {
  vi.useFakeTimers();
  methods = [];
  answer = () => ({ cancelled: true });
  server = clientOf((_, init) => {
    methods.push(init.method ?? 'GET');
    return answer();
  });
  model = new IntakesModel(server.client);
});
afterEach(() => {
  model.dispose();
  vi.useRealTimers();
});

function tell(done: number, more: object = {}): void {
  server.emit({
    ...{ kind: 'progress', path: 'a.ipynb', file: 'm.pt', what: 'bytes', done, total: 100 },
    ...{ ended: false, ...more },
  });
}

const shown = (): string[] =>
  model
    .at('a.ipynb')
    .map(({ file, done, isCancelling }) => `${file} ${String(done)} ${String(isCancelling)}`);

test('follows each file of a notebook until it has ended', () => {
  tell(43);
  tell(5, { file: 'n.pt' });
  tell(50, { path: 'b.ipynb' });
  tell(60);
  expect(shown()).toEqual(['m.pt 60 false', 'n.pt 5 false']);
  tell(100, { ended: true });
  expect(shown()).toEqual(['n.pt 5 false']);
  expect(model.at(undefined)).toEqual([]);
});

test('asks the server to end one, and shows so until that is done', async () => {
  tell(43);
  await model.cancel({ path: 'a.ipynb', file: 'm.pt' });
  expect(methods).toEqual(['DELETE']);
  expect(server.asked).toEqual(['/api/v1/intakes?path=a.ipynb&file=m.pt']);
  expect(shown()).toEqual(['m.pt 43 true']);
  tell(43, { ended: true });
  expect(shown()).toEqual([]);
});

test('can be asked again when the server did not take it', async () => {
  tell(43);
  answer = () => refusal(403, 'forbidden', 'no');
  await model.cancel({ path: 'a.ipynb', file: 'm.pt' });
  expect(model.at('a.ipynb')).toMatchObject([
    { isCancelling: false, problem: { kind: 'error', message: 'no' } },
  ]);
  answer = () => ({ cancelled: true });
  await model.cancel({ path: 'a.ipynb', file: 'm.pt' });
  expect(model.at('a.ipynb')).toMatchObject([{ isCancelling: true, problem: undefined }]);
});

test('forgets a file of which a server that ended said nothing more', () => {
  tell(43);
  vi.advanceTimersByTime(9_000);
  tell(44);
  vi.advanceTimersByTime(9_000);
  expect(shown()).toEqual(['m.pt 44 false']);
  vi.advanceTimersByTime(1_000);
  expect(shown()).toEqual([]);
});
