import { join } from 'node:path';

import { openCatalog } from '../../../../server/store/catalog/catalog.js';
import { openCatalogFolder } from '../../../../server/store/catalog/catalog-folder.js';
import { openCatalogMemory } from '../../../../server/store/catalog/catalog-memory.js';
import { makeFolder } from '../../scratch.js';
import { catalogContract, type CatalogAdapter } from './catalog.contract.js';
import { queryContract } from './query.contract.js';
import { turnContract } from './turn.contract.js';

const report = (error: unknown): void => {
  throw error;
};

/** Every adapter of the port. */
const ADAPTERS: readonly CatalogAdapter[] = [
  {
    name: 'in a folder',
    make: async () => {
      const folder = join(await makeFolder(), 'catalog');
      return { open: () => openCatalog(openCatalogFolder(folder, report)) };
    },
  },
  {
    name: 'in memory',
    make: () => {
      const memory = {};
      return Promise.resolve({ open: () => openCatalog(openCatalogMemory(memory)) });
    },
  },
];

for (const adapter of ADAPTERS) {
  catalogContract(adapter);
  queryContract(adapter);
  turnContract(adapter);
}
