import { defineConfig } from '@playwright/test';

import journeys from '../playwright.config.js';

/** The measurements in a real JupyterLab: run as the journeys are, with more time. */
export default defineConfig({
  ...journeys,
  testDir: '.',
  testMatch: '**/*.play.ts',
  outputDir: '../.scratch/bench',
  timeout: 600_000,
  reporter: 'line',
});
