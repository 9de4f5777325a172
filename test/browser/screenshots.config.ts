import config from '../../playwright.config.js';

/** `npm run screenshots`: takes the pictures of the README anew, and of the diff of each kind of output (.scratch/kinds). */
export default {
  ...config,
  testDir: '.',
  testMatch: ['screenshots.ts', 'kinds.screenshots.ts'],
  outputDir: '../../.scratch/screenshots',
};
