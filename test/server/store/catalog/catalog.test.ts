import { join } from 'node:path';

import { openCatalogFolder } from '../../../../server/store/catalog/catalog-folder.js';
import { openCatalogMemory } from '../../../../server/store/catalog/catalog-memory.js';
import { makeFolder } from '../../scratch.js';
import { catalogContract, type CatalogAdapter } from './catalog.contract.js';
import { queryContract } from './query.contract.js';

const report = (error: unknown): void => {
  throw error;
};

const ADAPTERS: readonly CatalogAdapter[] = [
  {
    name: 'in a folder',
    make: async () => {
      const folder = join(await makeFolder(), 'catalog');
      return { open: () => openCatalogFolder(folder, report) };
    },
  },
  {
    name: 'in memory',
    make: () => {
      const memory = {};
      return Promise.resolve({ open: () => openCatalogMemory(memory) });
    },
  },
];

for (const adapter of ADAPTERS) {
  catalogContract(adapter);
  queryContract(adapter);
}
