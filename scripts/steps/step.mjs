import { StepError } from './run.mjs';

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);

/** Says what is done, does it, says how long it took. `work` returns "already" when there was nothing to do. */
export async function step(title, work) {
  const began = performance.now();
  if (process.stdout.isTTY) process.stdout.write(`  ${title} …`);
  const clear = process.stdout.isTTY ? '\r\x1b[K' : '';
  try {
    const outcome = await work();
    const note =
      outcome === 'already' ? 'ready' : `${((performance.now() - began) / 1000).toFixed(1)} s`;
    console.log(`${clear}${paint(32, '✓')} ${title} ${paint(2, `(${note})`)}`);
  } catch (error) {
    console.log(`${clear}${paint(31, '✗')} ${title}`);
    throw error;
  }
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
