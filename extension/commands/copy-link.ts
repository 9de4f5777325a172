import { Clipboard, Notification } from '@jupyterlab/apputils';

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
      const { link: address } = await parts.client.workspace();
      const link = address === null ? undefined : await parts.client.loginLink(target);
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

function toOwnLink(parts: Parts, target: string): string {
  return new URL(`${parts.base}${target}`, document.baseURI).href;
}
