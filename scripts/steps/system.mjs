import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

import { ask, run, StepError } from './run.mjs';

/** The full path of the first of these programs that is on PATH; undefined when none is. */
export function findProgram(...names) {
  for (const name of names)
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
      if (folder !== '' && isExecutable(path)) return path;
    }
  return undefined;
}

/** Installs packages of Debian where that is possible (apt-get, as root); false where it is not or fails. */
export async function installDebian(packages) {
  if (process.getuid?.() !== 0 || !findProgram('apt-get')) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt', 'apt-get', ['update'], { env });
    await run('apt', 'apt-get', ['install', '-y', '--no-install-recommends', ...packages], {
      env,
      append: true,
    });
    return true;
  } catch (error) {
    if (error instanceof StepError) return false;
    throw error;
  }
}

/** Makes sure that git and git-lfs are there, which the tests clone stores with. */
export async function installGit() {
  const missing = ['git', 'git-lfs'].filter((name) => !findProgram(name));
  if (missing.length === 0) return 'already';
  if (!(await installDebian(missing)) || missing.some((name) => !findProgram(name)))
    throw new StepError(
      `The tests need ${missing.join(' and ')}: install it with this system's package manager (on Debian: apt-get install ${missing.join(' ')}).`,
    );
  return 'done';
}

/** The Chromium for browser tests: CHROMIUM_PATH, one on PATH, Playwright's own, else Debian's; undefined means Playwright's own. */
export async function installChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (!isExecutable(named)) throw new StepError(`CHROMIUM_PATH names no program: ${named}`);
    return named;
  }
  const found = findProgram('chromium', 'chromium-browser', 'google-chrome', 'chrome');
  if (found) return found;
  const playwright = ['node_modules/@playwright/test/cli.js', 'install'];
  try {
    await run('chromium', process.execPath, [...playwright, 'chromium']);
    // Without its libraries the download cannot start; as root Playwright can install them.
    if (process.getuid?.() === 0)
      await run('chromium', process.execPath, [...playwright, 'chromium', '--with-deps']);
    return undefined;
  } catch (error) {
    const debian = (await installDebian(['chromium'])) ? findProgram('chromium') : undefined;
    if (debian && (await ask(debian, ['--version']))) return debian;
    throw new StepError(
      `The browser tests need Chromium: put chromium or chrome on PATH, or set CHROMIUM_PATH.\n\n${error.message}`,
    );
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
