import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

import { ROOT, venvProgram } from './places.mjs';
import { ask, run, StepError } from './run.mjs';
import { unlessDone } from './stamp.mjs';
import { installDebian } from './system.mjs';

const VERSION = 'import sys; print("%d.%d.%d" % sys.version_info[:3])';

/** Makes the private .venv and installs JupyterLab, what the example imports, and the tools into it. */
export async function installPython() {
  const python = venvProgram('python');
  const works = existsSync(python) ? await ask(python, ['-c', VERSION]) : undefined;
  if (works === undefined) await makeVenv();
  return unlessDone(
    'python',
    {
      inputs: ['python/requirements-dev.txt', 'examples/requirements.txt'],
      outputs: ['.venv/pyvenv.cfg'],
      facts: [(await ask(python, ['-c', VERSION])) ?? ''],
    },
    () => run('pip', python, ['-m', 'pip', 'install', '-r', 'python/requirements-dev.txt']),
  );
}

/** Installs the MLflow whose client the tests drive into .venv. */
export function installMlflow() {
  const inputs = ['test/mlflow/requirements.txt'];
  return unlessDone('mlflow', { inputs, outputs: [relative(ROOT, venvProgram('mlflow'))] }, () =>
    run('pip-mlflow', venvProgram('python'), ['-m', 'pip', 'install', '-r', ...inputs]),
  );
}

/** Puts the wheel of this checkout into .venv; what it depends on is there already. */
export async function installWheel() {
  const folder = join(ROOT, 'dist', 'wheel');
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  return unlessDone(
    'wheel-installed',
    {
      inputs: [`dist/wheel/${wheel}`],
      outputs: ['.venv/share/jupyter/labextensions/jupyterlab-cellar'],
    },
    () =>
      run('pip-wheel', venvProgram('python'), [
        ...['-m', 'pip', 'install', '--no-index', '--no-deps', '--force-reinstall'],
        join(folder, wheel),
      ]),
  );
}

/** Builds dist/wheel/jupyterlab_cellar-VERSION-py3-none-any.whl from python/ and dist/. */
export function buildWheel() {
  return unlessDone(
    'wheel',
    {
      inputs: [
        'python',
        ...bundle(),
        'dist/page',
        'dist/schema',
        'dist/labextension',
        'LICENSE',
        'package.json',
      ],
      outputs: ['dist/wheel'],
    },
    async () => {
      rmSync(join(ROOT, 'dist', 'wheel'), { recursive: true, force: true });
      const args = ['-m', 'hatchling', 'build', '-t', 'wheel', '-d', '../dist/wheel'];
      await run('wheel', venvProgram('python'), args, { cwd: join(ROOT, 'python') });
    },
  );
}

function bundle() {
  const names = readdirSync(join(ROOT, 'dist')).filter((name) => name.endsWith('.js'));
  return names.sort().map((name) => `dist/${name}`);
}

async function makeVenv() {
  const python = await findPython();
  const venv = join(ROOT, '.venv');
  rmSync(venv, { recursive: true, force: true });
  const make = () => run('venv', python, ['-m', 'venv', '.venv']);
  try {
    await make();
  } catch (error) {
    // Debian keeps a part of venv in a package of its own.
    if (!(await installDebian(['python3-venv']))) throw error;
    await make();
  }
}

async function findPython() {
  const names = [process.env.PYTHON, 'python3', 'python'].filter(Boolean);
  const seen = [];
  for (const name of names) {
    const version = await ask(name, ['-c', VERSION]);
    if (version === undefined) continue;
    const [major, minor] = version.split('.').map(Number);
    if (major > 3 || (major === 3 && minor >= 10)) return name;
    seen.push(`${name} is ${version}`);
  }
  throw new StepError(
    `Python 3.10 or newer is needed (set PYTHON to name it). Found: ${seen.join(', ') || 'none'}.`,
  );
}
