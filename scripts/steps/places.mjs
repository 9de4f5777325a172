import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** What the scripts make for themselves: logs, stamps, the example's workspace, Jupyter's private folders. */
export const SCRATCH = join(ROOT, '.scratch');

const venvBin = join(ROOT, '.venv', process.platform === 'win32' ? 'Scripts' : 'bin');

/** A program of the private Python environment. */
export function venvProgram(name) {
  return join(venvBin, process.platform === 'win32' ? `${name}.exe` : name);
}

/** This environment with the private Python environment first on PATH. */
export function venvEnvironment() {
  const separator = process.platform === 'win32' ? ';' : ':';
  return {
    ...process.env,
    PATH: `${venvBin}${separator}${process.env.PATH ?? ''}`,
    VIRTUAL_ENV: join(ROOT, '.venv'),
  };
}
