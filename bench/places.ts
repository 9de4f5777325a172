import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The checkout, with the command built in dist/. */
export const CHECKOUT = process.env['CELLAR_CHECKOUT'] ?? process.cwd();
export const CELLAR = join(CHECKOUT, 'dist', 'cellar.js');

/** An empty folder that goes when the process ends. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cellar-bench-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
