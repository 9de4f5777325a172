import type { PartChange, TracedError } from '../../contract/diff.js';
import { diffText } from './lines.js';
import type { Output } from './notebook.js';
import { ERROR_MIME } from './notebook.js';
import type { Scope } from './options.js';
import { refs } from './sides.js';
import { Traceback } from './tracebacks.js';

/** A kernel without tracebacks still says what was wrong. */
function traceOf(output: Output | undefined): string {
  const value = output?.data.get(ERROR_MIME);
  if (typeof value === 'string' && value !== '') return value;
  return output?.error ? `${output.error.name}: ${output.error.message}` : '';
}

function toError(output: Output | undefined, trace: Traceback): TracedError | undefined {
  if (!output?.error) return undefined;
  const frames = trace.frames();
  return { ...output.error, ...(frames.length > 0 ? { frames } : {}) };
}

/**
 * How two errors differ, by name, message and the frames in the person's own code; undefined when by noise alone, which the frames
 * of libraries are. One side may be absent.
 */
export function diffErrors(
  base: Output | undefined,
  head: Output | undefined,
  { noise, filter }: Scope,
): PartChange | undefined {
  const both = base !== undefined && head !== undefined;
  const texts = [traceOf(base), traceOf(head)] as const;
  const [a, b] = [new Traceback(texts[0]), new Traceback(texts[1])];
  const said = (output: Output | undefined) =>
    filter.mask(`${output?.error?.name ?? ''}: ${output?.error?.message ?? ''}`, 'text');
  const libraries = (trace: Traceback) => filter.mask(trace.text({ library: true }), 'text');
  const hidden =
    both && libraries(a) !== libraries(b) && noise.hides('library_frames')
      ? [a.text({ library: false }), b.text({ library: false })]
      : texts;
  const [left = '', right = ''] = hidden;
  const diff = diffText(left, right, { kind: 'text', ...(both ? { noise } : {}) });
  if (both && diff.removed + diff.added === 0 && said(base) === said(head)) return undefined;
  const [baseError, headError] = [toError(base, a), toError(head, b)];
  return {
    type: 'traceback',
    ...refs({
      mime: ERROR_MIME,
      base: base?.data.get(ERROR_MIME),
      head: head?.data.get(ERROR_MIME),
    }),
    ...(baseError === undefined ? {} : { baseError }),
    ...(headError === undefined ? {} : { headError }),
    diff,
  };
}
