import { expect, test } from 'vitest';

import type { Revision } from '../../../contract/compare.js';
import { RevisionsModel } from '../../../extension/model/revisions.js';
import { clientOf, refusal } from './fixture.js';

const COMMITS: readonly Revision[] = [
  {
    commit: 'a'.repeat(40),
    time: '2026-11-20T10:00:00.000Z',
    author: 'Ann',
    subject: 'Grow trees',
  },
  { commit: 'b'.repeat(40), time: '2026-11-19T10:00:00.000Z', author: 'Bob', subject: 'Add data' },
];

async function open(
  answer: () => unknown = () => ({ revisions: COMMITS, repository: true }),
): Promise<{
  readonly model: RevisionsModel;
  readonly asked: readonly string[];
}> {
  const { client, asked } = clientOf(answer);
  const model = new RevisionsModel(client);
  await model.load('sub/a.ipynb');
  return { model, asked };
}

function subjects({ state }: RevisionsModel): readonly string[] {
  return state.choices.map((choice) =>
    choice.kind === 'typed' ? `<${choice.text}>` : choice.revision.subject,
  );
}

test('lists the commits of a notebook and chooses the newest', async () => {
  const { model, asked } = await open();
  expect(asked).toEqual(['/api/v1/revisions?path=sub%2Fa.ipynb']);
  expect(subjects(model)).toEqual(['Grow trees', 'Add data']);
  expect(model.revision).toBe('a'.repeat(40));
});

test.each([
  ['bob', ['Add data', '<bob>']],
  ['grow ann', ['Grow trees']],
  ['BBBB', ['Add data', '<BBBB>']],
  ['HEAD~2', ['<HEAD~2>']],
  ['no such words', []],
])('finds for %j %j', async (text, found) => {
  const { model } = await open();
  model.search(text);
  expect(subjects(model)).toEqual(found);
});

test('gives what was typed as a revision where no commit has it', async () => {
  const { model } = await open();
  model.search(' v1.0 ');
  expect(model.revision).toBe('v1.0');
  model.search('no such words');
  expect(model.revision).toBeUndefined();
});

test('moves within the list and no further', async () => {
  const { model } = await open();
  model.choose(7);
  expect(model.revision).toBe('b'.repeat(40));
  model.choose(-3);
  expect(model.state.chosen).toBe(0);
});

test('says why there are none', async () => {
  const { model } = await open(() =>
    refusal(404, 'not_found', 'a.ipynb is outside of the workspace.'),
  );
  expect(model.state).toMatchObject({
    phase: 'failed',
    problem: { kind: 'error', message: 'a.ipynb is outside of the workspace.' },
  });
  model.search('HEAD');
  expect(model.revision).toBe('HEAD');
});
