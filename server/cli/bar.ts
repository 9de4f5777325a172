import type { Progress } from '../../contract/progress.js';
import type { Context } from './command.js';
import { formatSize } from './words.js';

const MOST_CELLS = 30;
const EVERY_MS = 1_000;

/** Shows people how far a long operation has come for as long as it runs. */
export async function withBar<Result>(
  context: Pick<Context, 'sketch' | 'width'>,
  work: (report: (progress: Progress) => void) => Promise<Result>,
): Promise<Result> {
  const start = performance.now();
  let last: Progress | undefined;
  const draw = (): void => {
    if (last !== undefined)
      context.sketch(formatBar(last, (performance.now() - start) / 1000, context.width));
  };
  // A step of which nothing is heard for long is seen to go on.
  const timer = setInterval(draw, EVERY_MS);
  try {
    return await work((progress) => {
      last = progress;
      draw();
    });
  } finally {
    clearInterval(timer);
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
