import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { ROOT, SCRATCH } from './places.mjs';

/** A step that failed: what, and the end of its log, for people. */
export class StepError extends Error {}

/** Runs a program to its end with its output in .scratch/logs/NAME.log; throws a StepError with the log's last lines. */
export async function run(name, program, args, options = {}) {
  const log = join(SCRATCH, 'logs', `${name}.log`);
  mkdirSync(join(SCRATCH, 'logs'), { recursive: true });
  const file = openSync(log, options.append ? 'a' : 'w');
  const code = await finish(program, args, options, ['ignore', file, file]).finally(() =>
    closeSync(file),
  );
  if (code === 0) return;
  throw new StepError(
    `${program} ${args.join(' ')}\nended with ${code}. The end of ${relative(ROOT, log)}:\n\n${tail(log, options.lines)}`,
  );
}

/** Runs a program on this terminal; resolves to its exit code, 1 for one that a signal ended. */
export function show(program, args, options = {}) {
  return finish(program, args, options, 'inherit');
}

/** The standard output of a program, or undefined when it cannot run or fails. */
export async function ask(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (part) => (text += part));
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(-1));
    child.on('close', resolve);
  });
  return code === 0 ? text.trim() : undefined;
}

/** The last lines of a log. */
export function tail(log, lines = 25) {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

function finish(program, args, { cwd = ROOT, env = process.env }, stdio) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio,
      // npm is a script of the shell on Windows.
      shell: process.platform === 'win32' && program === 'npm',
    });
    child.on('error', (error) => reject(new StepError(`${program} cannot run: ${error.message}`)));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
