import config from '../../playwright.config.js';

/** `npm run screenshots`: takes the pictures of the README anew. */
export default {
  ...config,
  testDir: '.',
  testMatch: 'screenshots.ts',
  outputDir: '../../.scratch/screenshots',
};
