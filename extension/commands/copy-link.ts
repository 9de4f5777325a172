import { Clipboard, Notification } from '@jupyterlab/apputils';

import type { Client } from '../client/client.js';
import { isClientError } from '../client/errors.js';
import { COMMANDS } from './ids.js';
import { textArg, type Command, type Parts } from './parts.js';
import { tellFailure } from './tell.js';

/**
 * Copies a link that opens `target`, a fragment of the reviewer's page ("#/diff/…"). Where the server has an address of its own the link
 * lets one reviewer in, once; else it is the page behind Jupyter, for those who have an account there.
 */
export const copyLink: Command = {
  id: COMMANDS.copyLink,
  label: () => 'Copy Link',
  execute: async (parts, args) => {
    const target = textArg(args, 'target') ?? '';
    try {
      const link = await findLoginLink(parts.client, target);
      Clipboard.copyToSystem(link ?? toOwnLink(parts, target));
      const text =
        link === undefined
          ? 'Link copied. It opens for people who can log in to this Jupyter.'
          : 'Link copied. It lets one person in, once.';
      Notification.success(text, { autoClose: 4000 });
    } catch (error) {
      tellFailure('No link was copied.', error);
    }
  },
};

async function findLoginLink(client: Client, target: string): Promise<string | undefined> {
  if ((await client.workspace()).link === null) return undefined;
  try {
    return await client.loginLink(target);
  } catch (error) {
    if (isClientError(error, 'forbidden', 'not_found')) return undefined;
    throw error;
  }
}

function toOwnLink(parts: Parts, target: string): string {
  return new URL(`${parts.base}${target}`, document.baseURI).href;
}
