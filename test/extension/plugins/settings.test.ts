import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { expect, test } from 'vitest';

import type { ServerSettings } from '../../../contract/workspace.js';
import { ClientError } from '../../../extension/client/errors.js';
import { followSettings } from '../../../extension/plugins/settings.js';

/** A registry in which a person has set this. */
function registryOf(user: object): Pick<ISettingRegistry, 'load'> {
  const settings = { user, composite: user, changed: { connect: () => true } };
  return { load: () => Promise.resolve(settings) } as unknown as Pick<ISettingRegistry, 'load'>;
}

async function follow(user: object, answer: () => Promise<void> = () => Promise.resolve()) {
  const sent: ServerSettings[] = [];
  const refused: string[] = [];
  const client = {
    settings: (patch: ServerSettings) => {
      sent.push(patch);
      return answer();
    },
  };
  await followSettings(registryOf(user), client, {
    onChange: () => undefined,
    onRefused: (reason) => refused.push(reason),
  });
  await Promise.resolve();
  return { sent, refused };
}

test('sends the kinds and patterns of noise that a person set, and nothing else', async () => {
  const noise = { shownNoise: ['timestamp'], noisePatterns: [{ kind: 'job', pattern: 'J-1' }] };
  expect((await follow({ ...noise, quietTime: 500 })).sent).toEqual([noise]);
  expect((await follow({ quietTime: 500 })).sent).toEqual([]);
});

test('tells what the server refuses, and why', async () => {
  const answer = () => Promise.reject(new ClientError('bad_request', 'The pattern "[" is bad.'));
  const { refused } = await follow({ noisePatterns: [{ kind: 'job', pattern: '[' }] }, answer);
  expect(refused).toEqual(['The pattern "[" is bad.']);
});
