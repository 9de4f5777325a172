import { expect, test } from 'vitest';

import type { SecretNotice } from '../../../extension/model/notices.js';
import { describeSecret, nameSecret, placeSecret } from '../../../extension/model/secret-words.js';
import { listRules } from '../../../server/notebook/secrets/rules.js';
import { secretOf } from './secret-fixture.js';

test.each([
  ['aws-access-token', 'aws access token', 'an AWS access key'],
  ['github-pat', 'GitHub Personal Access Token', 'a GitHub personal access token'],
  ['npm-access-token', 'npm access token', 'an npm access token'],
  ['openai-api-key', 'OpenAI API Key', 'an OpenAI API key'],
  ['private-key', 'Private Key', 'a private key'],
  ['generic-api-key', 'Generic API Key', 'a key or password'],
  ['corp-key', 'corp key', 'a corp key'],
])('%s is %s to a scanner, and to a person %s', (rule, name, words) => {
  expect(nameSecret({ rule, name })).toBe(words);
});

test('every rule has a name that can stand in a sentence', () => {
  const odd = listRules()
    .map((rule) => nameSecret({ rule: rule.id, name: rule.name }))
    .filter(
      (words) =>
        !/ (key|token|secret|ID|password|webhook|URL|AccessToken|cookie|curl)$/i.test(words),
    );
  expect(odd).toEqual([]);
});

test('a place is named as the notebook is read, counted from 1', () => {
  expect(placeSecret(secretOf())).toBe('the output of cell 3');
  expect(placeSecret(secretOf({ output: 1 }))).toBe('output 2 of cell 3');
  expect(placeSecret(secretOf({ place: 'source' }))).toBe('the source of cell 3');
  expect(placeSecret(secretOf({ place: 'metadata', index: -1 }))).toBe('the notebook’s metadata');
});

test.each<[SecretNotice['outcome'], SecretNotice['secret']['place'], string]>([
  [
    'redacted',
    'output',
    'A GitHub personal access token in the output of cell 3 was left out of the version.',
  ],
  [
    'kept',
    'source',
    'A GitHub personal access token in the source of cell 3 is kept. Remove it from the code, and run “cellar purge” to take it out of the versions.',
  ],
  [
    'refused',
    'source',
    'A GitHub personal access token in the source of cell 3 is why no version is kept. Remove it, then run the cell or save.',
  ],
])('what was %s in %s is said with what to do', (outcome, place, words) => {
  const notice = { kind: 'secret', key: '', outcome, secret: secretOf({ place }) } as const;
  expect(describeSecret({ ...notice, answer: { kind: 'none' } })).toBe(words);
  expect(describeSecret({ ...notice, answer: { kind: 'allowed' } })).toMatch(
    /^You said that a GitHub .+ of cell 3 is no secret\. From now on /,
  );
});
