import config from '../../playwright.config.js';

/** `npm run screenshots`: takes the pictures of the README anew, of the diff of each kind of output (.scratch/kinds), of the merge (.scratch/merge), of lineage (.scratch/lineage), of registered models (.scratch/models), of registries elsewhere (.scratch/elsewhere), of what goes on (.scratch/live), and of what the panel says beside the versions (.scratch/panel). */
export default {
  ...config,
  testDir: '.',
  testMatch: [
    'screenshots.ts',
    'kinds.screenshots.ts',
    'merge.screenshots.ts',
    'lineage.screenshots.ts',
    'models.screenshots.ts',
    'elsewhere.screenshots.ts',
    'panel.screenshots.ts',
    'live.screenshots.ts',
  ],
  outputDir: '../../.scratch/screenshots',
};
