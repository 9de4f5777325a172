import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { expect, test } from 'vitest';

import { DEFAULT_GRACE_DAYS, DEFAULT_RETENTION } from '../../../contract/retention.js';
import type { ServerSettings } from '../../../contract/workspace.js';
import { ClientError } from '../../../extension/client/errors.js';
import { followSettings } from '../../../extension/plugins/settings.js';
import plugin from '../../../schema/plugin.json' with { type: 'json' };

const DEFAULTS = { secretsInSources: 'warn', secretsInOutputs: 'redact', artifactGlobs: ['*.pkl'] };

/** A registry in which a person has set this, and can `set` something else. */
function registryOf(user: object) {
  let change = (): void => undefined;
  const settings = {
    user,
    composite: { ...DEFAULTS, ...user },
    changed: { connect: (listener: () => void) => (change = listener) },
  };
  const registry = { load: () => Promise.resolve(settings) };
  return {
    registry: registry as unknown as Pick<ISettingRegistry, 'load'>,
    set: async (next: object) => {
      Object.assign(settings, { user: next, composite: { ...DEFAULTS, ...next } });
      change();
      await Promise.resolve();
    },
  };
}

async function follow(user: object, answer: () => Promise<void> = () => Promise.resolve()) {
  const { registry, set } = registryOf(user);
  const sent: ServerSettings[] = [];
  const refused: string[] = [];
  const client = {
    settings: (patch: ServerSettings) => {
      sent.push(patch);
      return answer();
    },
  };
  await followSettings(registry, client, {
    onChange: () => undefined,
    onRefused: (reason) => refused.push(reason),
  });
  await Promise.resolve();
  return { sent, refused, set };
}

test('sends the kinds and patterns of noise that a person set, and nothing else', async () => {
  const noise = { shownNoise: ['timestamp'], noisePatterns: [{ kind: 'job', pattern: 'J-1' }] };
  expect((await follow({ ...noise, quietTime: 500 })).sent).toEqual([noise]);
  expect((await follow({ quietTime: 500 })).sent).toEqual([]);
});

test('sends the names of metrics that are printed, and none that the server would refuse', async () => {
  const set = { printedMetrics: ['accuracy', 'val loss'] };
  expect((await follow(set)).sent).toEqual([set]);
  expect((await follow({ printedMetrics: ['x'.repeat(101)] })).sent).toEqual([]);
});

test('sends what is to be done about secrets, and leaves what was allowed alone', async () => {
  const { sent } = await follow({
    secretsInSources: 'refuse',
    secretPatterns: [{ kind: 'corp-key', pattern: 'corp-[0-9a-f]{32}' }],
  });
  expect(sent).toEqual([
    {
      secrets: {
        sources: 'refuse',
        patterns: [{ kind: 'corp-key', pattern: 'corp-[0-9a-f]{32}' }],
      },
    },
  ]);
});

test('sends the default of what is reset to it, since the server has what was set before', async () => {
  const { sent, set } = await follow({ secretsInSources: 'refuse', artifactGlobs: ['*.pt'] });
  await set({ artifactGlobs: ['*.pt'] });
  expect(sent.at(-1)).toEqual({ artifactGlobs: ['*.pt'], secrets: { sources: 'warn' } });
  await set({});
  expect(sent.at(-1)).toEqual({ artifactGlobs: ['*.pkl'], secrets: { sources: 'warn' } });
});

test('sends how versions thin out, whole, and how long unused files stay', async () => {
  const { sent, set } = await follow({ retention: { all: 14, daily: 0 }, artifactGrace: 30 });
  const retention = { off: false, all: 14, hourly: 30, daily: null };
  expect(sent).toEqual([{ retention, artifactGrace: 30 }]);
  await set({ retention: { all: 14, hourly: 60, daily: 365, off: true } });
  expect(sent.at(-1)?.retention).toEqual({ off: true, all: 14, hourly: 60, daily: 365 });
});

test('offers as defaults what the server does by default', () => {
  const { retention, artifactGrace } = plugin.properties;
  const days = { ...retention.default, daily: retention.default.daily || null };
  expect(days).toEqual(DEFAULT_RETENTION);
  for (const [name, { default: value }] of Object.entries(retention.properties))
    expect(value).toBe(retention.default[name as keyof typeof retention.default]);
  expect(artifactGrace.default).toBe(DEFAULT_GRACE_DAYS);
});

test('tells what the server refuses, and why', async () => {
  const answer = () => Promise.reject(new ClientError('bad_request', 'The pattern "[" is bad.'));
  const { refused } = await follow({ noisePatterns: [{ kind: 'job', pattern: '[' }] }, answer);
  expect(refused).toEqual(['The pattern "[" is bad.']);
});
