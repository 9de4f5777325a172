import { COMMANDS } from './ids.js';
import type { Command } from './parts.js';

/** Sends the versions that wait in this browser now, instead of at the next try. */
export const retry: Command = {
  id: COMMANDS.retry,
  label: () => 'Send Waiting Versions Now',
  isEnabled: (parts) => parts.board.state.outbox.kind === 'held',
  execute: (parts) => {
    parts.outbox.retry();
    parts.refreshStates();
  },
};
