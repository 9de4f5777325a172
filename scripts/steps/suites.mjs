import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { SCRATCH, venvEnvironment, venvProgram } from './places.mjs';
import { show, StepError } from './run.mjs';

const reports = join(SCRATCH, 'reports');

/** The runners. Each resolves to the tests that passed and failed, and its exit code. */
export const SUITES = {
  unit: { title: 'Unit and API tests', run: runUnit },
  faults: { title: 'Faults', run: runFaults },
  python: { title: 'Python tests', run: (env) => runPytest('python', ['test/python'], env) },
  mlflow: { title: "MLflow's client", run: runMlflow },
  browser: { title: 'Browser journeys', run: runBrowser },
};

/**
 * Runs suites one after the other and sums what passed and failed. Whatever becomes of one, the others run: a runner
 * that cannot start, leaves no report, runs no test, or fails without a failed test counts as one failure.
 */
export async function sumUp(suites, env) {
  const total = { passed: 0, failed: 0 };
  for (const { title, run } of suites) {
    console.log(`\n${title}`);
    const { passed, failed, problem } = await toCounts(run, env);
    if (problem !== undefined) console.log(`${title}: ${problem}; this counts as one failure.`);
    total.passed += passed;
    total.failed += failed;
  }
  return total;
}

async function toCounts(run, env) {
  try {
    const { passed, failed, code } = await run(env);
    if (failed > 0) return { passed, failed };
    if (code !== 0) return { passed, failed: 1, problem: `the runner ended with ${code}` };
    if (passed === 0) return { passed, failed: 1, problem: 'no test ran' };
    return { passed, failed };
  } catch (error) {
    return {
      passed: 0,
      failed: 1,
      problem: error instanceof StepError ? error.message : error.stack,
    };
  }
}

function runUnit(env) {
  return runVitest('unit', [], { ...venvEnvironment(), ...env });
}

/** Disks that fail, power that goes, processes that are killed; `args` go to vitest. */
export function runFaults(env, args = []) {
  // A disk in memory takes no time to sync, and what a sync is worth is known here without one.
  const memory = existsSync('/dev/shm') ? { TMPDIR: '/dev/shm' } : {};
  const config = ['--config', 'test/faults/vitest.config.ts'];
  return runVitest('faults', [...config, ...args], { ...process.env, ...memory, ...env });
}

async function runVitest(name, args, env) {
  const file = report(`${name}.json`);
  const code = await show(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--allowOnly=false', ...args],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    ],
    { env },
  );
  const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(read(file, code));
  return { passed, failed, code };
}

/** The unchanged client against Cellar; in the long form against MLflow's own server too, which shows that the suite is honest. */
async function runMlflow(env) {
  const targets = env.CELLAR_TEST_FULL === '1' ? ['cellar', 'mlflow'] : ['cellar'];
  const total = { passed: 0, failed: 0, code: 0 };
  for (const target of targets) {
    const args = ['test/mlflow', '--quiet', '--target', target];
    const { passed, failed, code } = await runPytest(`mlflow-${target}`, args, env);
    total.passed += passed;
    total.failed += failed;
    total.code ||= code;
  }
  return total;
}

async function runPytest(name, given, env) {
  const file = report(`${name}.xml`);
  const args = ['-m', 'pytest', '-c', 'python/pyproject.toml', ...given, '--junitxml', file];
  const code = await show(venvProgram('python'), args, { env: { ...venvEnvironment(), ...env } });
  const suite = /<testsuite [^>]*>/.exec(read(file, code))?.[0] ?? '';
  const count = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  return { passed: count('tests') - failed - count('skipped'), failed, code };
}

async function runBrowser(env) {
  const file = report('browser.json');
  const code = await show(
    process.execPath,
    ['node_modules/@playwright/test/cli.js', 'test', '--forbid-only', '--reporter=list,json'],
    { env: { ...venvEnvironment(), ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: file } },
  );
  const { expected, flaky, unexpected } = JSON.parse(read(file, code)).stats;
  return { passed: expected + flaky, failed: unexpected, code };
}

/** Where a runner shall write its report; the one of the last time is gone. */
function report(name) {
  const file = join(reports, name);
  mkdirSync(reports, { recursive: true });
  rmSync(file, { force: true });
  return file;
}

/** A report; throws a StepError when the runner did not come to write it. */
function read(file, code) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    throw new StepError(`the runner ended with ${code} and left no report`);
  }
}
