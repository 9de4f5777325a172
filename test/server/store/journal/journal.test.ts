import { join } from 'node:path';

import { openJournalFolder } from '../../../../server/store/journal/journal-folder.js';
import { openJournalMemory } from '../../../../server/store/journal/journal-memory.js';
import { makeFolder } from '../../scratch.js';
import { journalContract } from './journal.contract.js';

const report = (error: unknown): void => {
  throw error;
};

journalContract({
  name: 'in a folder',
  make: async () => {
    const folder = join(await makeFolder(), 'journal');
    return { open: () => openJournalFolder(folder, { report }) };
  },
});

journalContract({
  name: 'in memory',
  make: () => {
    const memory = { records: [] };
    return Promise.resolve({ open: () => Promise.resolve(openJournalMemory(memory)) });
  },
});
