import { becauseSchema, type Because, type Trace } from '../../contract/provenance.js';

/** More cells than this are no help to anybody; a loop that runs cells for days must not make a run's record grow for ever. */
export const MOST_TRACES = 200;

/** What the kernel's side says under this name in each request, as "name=value&…", percent-encoded. */
export const CONTEXT_HEADER = 'x-cellar-context';

/** Before the names of tags that say the same of the cell that has started a run. */
const TAG_PREFIX = 'cellar.';

/** As nbformat has the ids of cells; Jupyter's ids of kernels and sessions fit as well. */
const ID = /^[\w-]{1,128}$/;

/** What a request's header tells of the cell that makes it; undefined where it tells nothing that can be used. */
export function readContext(header: string): Trace | undefined {
  // Two providers of one header are joined by a space: an outer Cellar's, or an older one's.
  for (const part of header.split(' ')) {
    const trace = toTrace(new Map(new URLSearchParams(part)));
    if (trace !== undefined) return trace;
  }
  return undefined;
}

/** The same, of the tags with which a run was started. */
export function readContextTags(
  tags: Iterable<readonly [name: string, value: string]>,
): Trace | undefined {
  const facts = new Map<string, string>();
  for (const [name, value] of tags)
    if (name.startsWith(TAG_PREFIX)) facts.set(name.slice(TAG_PREFIX.length), value);
  return toTrace(facts);
}

function toTrace(facts: ReadonlyMap<string, string>): Trace | undefined {
  const id = (name: string): string => {
    const value = facts.get(name) ?? '';
    return ID.test(value) ? value : '';
  };
  const code = facts.get('source.sha256') ?? '';
  const count = Number(facts.get('execution') ?? NaN);
  const trace = {
    ...{ kernel: id('kernel'), session: id('session'), cell: id('cell') },
    code: /^[0-9a-f]{64}$/.test(code) ? code : '',
    count: Number.isSafeInteger(count) && count >= 0 ? count : null,
  };
  if (trace.kernel + trace.cell + trace.code === '') return undefined;
  if (facts.get('certainty') === 'sure') return { ...trace, certainty: 'sure', because: null };
  return { ...trace, certainty: 'unsure', because: toBecause(facts.get('because')) };
}

function toBecause(text: string | undefined): Because {
  return becauseSchema.safeParse(text).data ?? 'nothing said';
}

/** Of a call that came from a kernel which said nothing of its cell. */
export const SILENT: Trace = {
  ...{ kernel: '', session: '', cell: '', code: '', count: null },
  ...{ certainty: 'unsure', because: 'nothing said' },
};

/** Traces with another one, each execution once: what is sure stands in the place of what is not. */
export function addTrace(before: readonly Trace[], trace: Trace): readonly Trace[] {
  const at = before.findIndex((each) => isSame(each, trace));
  if (at < 0) return before.length < MOST_TRACES ? [...before, trace] : before;
  if (before[at]?.certainty === 'sure' || trace.certainty === 'unsure') return before;
  return before.with(at, trace);
}

/** A thread of a cell does not know its count. */
function isSame(a: Trace, b: Trace): boolean {
  return (
    a.cell === b.cell &&
    (a.count === b.count || a.count === null || b.count === null) &&
    a.code === b.code &&
    a.kernel === b.kernel &&
    a.session === b.session
  );
}

/** The cells of traces, each once. */
export function cellsOf(traces: readonly Trace[]): readonly string[] {
  return [...new Set(traces.map(({ cell }) => cell))].filter((cell) => cell !== '');
}
