import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { SCRATCH, venvEnvironment, venvProgram } from './places.mjs';
import { show } from './run.mjs';

const reports = join(SCRATCH, 'reports');

/** The three runners. Each resolves to the tests that passed and failed, and its exit code. */
export const SUITES = {
  unit: { title: 'Unit and API tests', run: runUnit },
  python: { title: 'Python tests', run: runPython },
  browser: { title: 'Browser journeys', run: runBrowser },
};

/**
 * What counts of a suite: a runner that fails without a failed test (it could not load a file, say), or that ran none
 * at all, counts as one failure.
 */
export function toCounts({ passed, failed, code }) {
  const broken = failed === 0 && (code !== 0 || passed === 0);
  return { passed, failed: broken ? 1 : failed, broken };
}

async function runUnit(env) {
  const file = report('unit.json');
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json'];
  const code = await show(process.execPath, [...args, `--outputFile.json=${file}`], {
    env: { ...venvEnvironment(), ...env },
  });
  const { numPassedTests: passed = 0, numFailedTests: failed = 0 } = readJson(file);
  return { passed, failed, code };
}

async function runPython(env) {
  const file = report('python.xml');
  const args = ['-m', 'pytest', '-c', 'python/pyproject.toml', 'test/python', '--junitxml', file];
  const code = await show(venvProgram('python'), args, { env: { ...venvEnvironment(), ...env } });
  const suite = /<testsuite [^>]*>/.exec(readText(file))?.[0] ?? '';
  const count = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  return { passed: count('tests') - failed - count('skipped'), failed, code };
}

async function runBrowser(env) {
  const file = report('browser.json');
  const args = ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json'];
  const code = await show(process.execPath, args, {
    env: { ...venvEnvironment(), ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: file },
  });
  const { expected = 0, flaky = 0, unexpected = 0 } = readJson(file).stats ?? {};
  return { passed: expected + flaky, failed: unexpected, code };
}

function report(name) {
  const file = join(reports, name);
  mkdirSync(reports, { recursive: true });
  rmSync(file, { force: true });
  return file;
}

function readJson(file) {
  const text = readText(file);
  return text === '' ? {} : JSON.parse(text);
}

/** A report, or "" when the runner did not come to write one. */
function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}
