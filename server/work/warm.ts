import { COMPARE } from './compare-task.js';
import type { Pool } from './pool.js';
import { toMovable } from './task.js';

/** Cells to practise on: enough that what every comparison runs is compiled, few enough that who comes meanwhile hardly waits. */
const CELLS = 100;
const TIME_BOX_MS = 10_000;
/** A page that is opened at a comparison asks for it first. */
const DELAY_MS = 500;

/**
 * Keeps a thread ready for as long as somebody is there: a new one takes a third of a second longer for its first comparison. The
 * result is called for each who comes; its own result when they go.
 */
export function keepWarm(pool: Pool, delay = DELAY_MS): () => () => void {
  let there = 0;
  let timer: NodeJS.Timeout | undefined;
  return () => {
    const release = pool.hold();
    there += 1;
    if (there === 1) timer = setTimeout(() => void practise(pool), delay).unref();
    let isThere = true;
    return () => {
      if (!isThere) return;
      isThere = false;
      there -= 1;
      if (there === 0) clearTimeout(timer);
      release();
    };
  };
}

/** Compares two made-up notebooks. */
async function practise(pool: Pool): Promise<void> {
  const [base, head] = [toMovable(make(0)), toMovable(make(1))];
  const value = {
    base: { bytes: base, path: 'base' },
    head: { bytes: head, path: 'head' },
    show: [],
    patterns: [],
    coarse: false,
  };
  const input = () => Promise.resolve({ value, transfer: [base.buffer, head.buffer] });
  // A server that ends meanwhile, or a machine without memory: whoever compares for real is told.
  await pool.run(COMPARE, { input, timeBox: TIME_BOX_MS }).catch(() => undefined);
}

function make(version: number): Uint8Array {
  const cells = Array.from({ length: CELLS }, (_, at) => {
    const own = at % 2 === 0 ? version : 0;
    const source = `value_${at} = load(${at})\ntotal = value_${at} + ${own}\nprint(total)`;
    const output = { output_type: 'stream', name: 'stdout', text: `${at + own}\n` };
    const facts = { id: `cell-${at}`, metadata: {}, execution_count: null };
    return { cell_type: 'code', ...facts, source, outputs: [output] };
  });
  return Buffer.from(JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
}
