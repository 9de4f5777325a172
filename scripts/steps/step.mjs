import { clearInterval, setInterval } from 'node:timers';

import { StepError } from './run.mjs';

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);

/** Says what is done, does it, says how long it took. `work` returns "already" when there was nothing to do. */
export async function step(title, work) {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const progress = showProgress(title, seconds);
  try {
    const outcome = await work();
    progress.end();
    const note = outcome === 'already' ? 'ready' : `${seconds().toFixed(1)} s`;
    console.log(`${paint(32, '✓')} ${title} ${paint(2, `(${note})`)}`);
  } catch (error) {
    progress.end();
    console.log(`${paint(31, '✗')} ${title}`);
    throw error;
  }
}

/** On a terminal, what is being done and for how long already, in one line that its outcome replaces. */
function showProgress(title, seconds) {
  if (!process.stdout.isTTY) return { end: () => undefined };
  const show = () => {
    const time = seconds() < 1 ? '' : ` ${Math.floor(seconds())} s`;
    process.stdout.write(`\r\x1b[K  ${title} …${paint(2, time)}`);
  };
  show();
  const timer = setInterval(show, 1000);
  return {
    end: () => {
      clearInterval(timer);
      process.stdout.write('\r\x1b[K');
    },
  };
}

/** Runs a script's main function; a failed step ends it with its message and exit code 1, wrong usage with 2. */
export async function main(work) {
  try {
    const code = await work();
    // A code of 0 leaves what still runs to end by itself.
    if (code) process.exitCode = code;
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = error.usage ? 2 : 1;
  }
}
