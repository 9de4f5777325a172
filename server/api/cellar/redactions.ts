import * as z from 'zod';

import {
  allowSecretSchema,
  redactedTextSchema,
  redactTextSchema,
  secretSettingsSchema,
} from '../../../contract/secrets.js';
import { removePurged } from '../../history/without-purged.js';
import { jsonOperation, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** What a browser asks about secrets: that something found is none, and what of its own must go after a purge. */
export function redactionOperations(parts: ApiParts): readonly Operation[] {
  const { operating, history } = parts;

  const changeAllowed = async (
    change: (allowed: readonly string[]) => readonly string[],
  ): Promise<void> => {
    // In turn with everything else that is written: another change must not be undone by this one, nor this one by a purge.
    await history.store.exclusively(async () => {
      const settings = await operating.readSettings();
      const allowed = new Set(change(settings.secrets?.allowed ?? []));
      const secrets = { ...settings.secrets, allowed: [...allowed] };
      await operating.writeSettings({ ...settings, secrets });
    });
    parts.events.emit({ kind: 'workspace' });
  };

  return [
    jsonOperation({
      method: 'get',
      route: 'secrets',
      summary: 'What is done about keys and tokens before anything is kept',
      grants: [],
      answer: secretSettingsSchema,
      run: async () => (await operating.readSettings()).secrets ?? {},
    }),
    jsonOperation({
      method: 'post',
      route: 'allowedSecrets',
      summary: 'Say that something found is no secret: it is kept from then on',
      grants: [],
      body: allowSecretSchema,
      answer: z.object({}),
      run: async ({ body }) => {
        await changeAllowed((allowed) => [...allowed, body.fingerprint]);
        return {};
      },
    }),
    jsonOperation({
      method: 'delete',
      route: 'allowedSecrets',
      summary: 'Take back that something found is no secret',
      grants: [],
      query: allowSecretSchema,
      answer: z.object({}),
      run: async ({ query }) => {
        await changeAllowed((allowed) => allowed.filter((each) => each !== query.fingerprint));
        return {};
      },
    }),
    jsonOperation({
      method: 'post',
      route: 'redactions',
      summary: 'A text without what was purged from the store',
      grants: [],
      body: redactTextSchema,
      answer: redactedTextSchema,
      run: ({ body }) => removePurged(history.store, body.content),
    }),
  ];
}
