import config from '../../playwright.config.js';

/** `npm run screenshots`: takes the pictures of the README anew, of the diff of each kind of output (.scratch/kinds), and of the merge (.scratch/merge). */
export default {
  ...config,
  testDir: '.',
  testMatch: ['screenshots.ts', 'kinds.screenshots.ts', 'merge.screenshots.ts'],
  outputDir: '../../.scratch/screenshots',
};
