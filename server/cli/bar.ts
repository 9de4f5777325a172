import type { Progress } from '../../contract/progress.js';
import type { Context } from './command.js';
import { formatSize } from './words.js';

const MOST_CELLS = 30;

/** Shows people how far a long operation has come for as long as it runs. */
export async function withBar<Result>(
  context: Context,
  work: (report: (progress: Progress) => void) => Promise<Result>,
): Promise<Result> {
  const start = performance.now();
  try {
    return await work((progress) => {
      context.sketch(formatBar(progress, (performance.now() - start) / 1000, context.width));
    });
  } finally {
    context.sketch(undefined);
  }
}

/** One line of at most `width` columns: "commits [#####     ] 45 %  4500 of 10000  12 s". */
export function formatBar(progress: Progress, seconds: number, width: number): string {
  const { what, done, total } = progress;
  const amount = (value: number): string => (what === 'bytes' ? formatSize(value) : String(value));
  const time = `${Math.round(seconds)} s`;
  if (total === null || total <= 0)
    return `${what}  ${done === 0 ? '' : `${amount(done)}  `}${time}`.slice(0, width);
  const share = Math.min(1, done / total);
  const cells = Math.min(MOST_CELLS, Math.max(5, width - 50));
  const bar = '#'.repeat(Math.round(share * cells)).padEnd(cells);
  const text = `${what} [${bar}] ${Math.floor(100 * share)} %  ${amount(done)} of ${amount(total)}  ${time}`;
  return text.slice(0, width);
}
