import type { Bundle } from '../../contract/bundle.js';
import { BUNDLE_MIME } from '../../contract/bundle.js';
import type { PartChange, TextDiff } from '../../contract/diff.js';
import { readBundle, stripChance } from './bundles.js';
import type { Json } from './json-value.js';
import { equalJson } from './json.js';
import { isObject } from './json-value.js';
import { diffLeaves } from './leaves.js';
import { diffText } from './lines.js';
import type { TextKind } from './noise.js';
import type { Output } from './notebook.js';
import { ERROR_MIME, isBinaryMime, isJsonMime, STDERR_MIME, STDOUT_MIME } from './notebook.js';
import type { Scope } from './options.js';
import { isSamePng } from './pictures.js';
import { foldProgress } from './progress.js';
import { readTable } from './table.js';
import { diffTables } from './tables.js';
import { toRef, valueText } from './values.js';

const WIDGET_MIME = 'application/vnd.jupyter.widget-view+json';

/** One MIME type of one or two outputs. */
interface Sides {
  readonly mime: string;
  readonly base: Json | undefined;
  readonly head: Json | undefined;
}

function refs({ mime, base, head }: Sides) {
  return {
    mime,
    ...(base === undefined ? {} : { base: toRef(mime, base) }),
    ...(head === undefined ? {} : { head: toRef(mime, head) }),
  };
}

function isStream(mime: string): boolean {
  return mime === STDOUT_MIME || mime === STDERR_MIME;
}

function textKindOf(mime: string): TextKind {
  if (isStream(mime)) return 'stream';
  return mime === 'text/html' || mime === 'image/svg+xml' ? 'html' : 'text';
}

function isText(value: Json | undefined): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

/** How a value of one MIME type differs between two outputs; undefined when it does not, or by noise alone (which is counted). */
export function diffPart(sides: Sides, scope: Scope): PartChange | undefined {
  const { mime, base, head } = sides;
  if (base !== undefined && head !== undefined) {
    if (base === head) return undefined;
    // JSON types are compared leaf by leaf below; elsewhere a value that is no text is a fault of the file.
    if (!isJsonMime(mime) && typeof base !== 'string' && equalJson(base, head)) return undefined;
    if (isNoise(mime, base, head, scope)) return undefined;
  }
  if (mime === BUNDLE_MIME) return metricsPart(sides);
  if (mime.startsWith('image/')) return { type: 'picture', ...refs(sides) };
  if (isJsonMime(mime) || !isText(base) || !isText(head)) return jsonPart(sides);
  if (isBinaryMime(mime)) return { type: 'opaque', ...refs(sides) };
  if (mime === 'text/html') return htmlPart(sides, base ?? '', head ?? '', scope);
  return textPart(sides, base ?? '', head ?? '', scope);
}

/** True for two different values that a re-run could have made of one. */
function isNoise(mime: string, base: Json, head: Json, { noise, filter }: Scope): boolean {
  if (mime === BUNDLE_MIME) {
    if (!equalJson(stripChance(base), stripChance(head))) return false;
    return noise.hides('metric_time');
  }
  if (mime === WIDGET_MIME && isObject(base) && isObject(head)) {
    const rest = (value: typeof base) =>
      new Map([...value].filter(([name]) => name !== 'model_id'));
    if (!equalJson(rest(base), rest(head))) return false;
    return noise.hides('widget_id');
  }
  if (typeof base !== 'string' || typeof head !== 'string') return false;
  if (isBinaryMime(mime)) {
    const [a, b] = [valueText(mime, base), valueText(mime, head)];
    const kind = a === b ? 'base64_wrapping' : isSamePng(a, b) ? 'picture_remarks' : undefined;
    return kind !== undefined && noise.hides(kind);
  }
  const kind = textKindOf(mime);
  if (kind !== 'html' || filter.mask(base, kind) !== filter.mask(head, kind)) return false;
  noise.addBetween(base, head, kind);
  return true;
}

function hasChange({ removed, added }: TextDiff): boolean {
  return removed + added > 0;
}

function textPart(
  sides: Sides,
  base: string,
  head: string,
  { noise }: Scope,
): PartChange | undefined {
  const kind = textKindOf(sides.mime);
  const folded = kind === 'stream' ? [foldProgress(base), foldProgress(head)] : [base, head];
  const onlyProgress = folded[0] === folded[1] && base !== head;
  const [a = base, b = head] = onlyProgress && !noise.hides('progress') ? [base, head] : folded;
  const both = sides.base !== undefined && sides.head !== undefined;
  const diff = diffText(a, b, { kind, ...(both ? { noise } : {}) });
  return hasChange(diff) || !both ? { type: 'text', ...refs(sides), diff } : undefined;
}

function jsonPart(sides: Sides): PartChange | undefined {
  const { base, head } = sides;
  const one = base === undefined || head === undefined;
  const { leaves, leftOut } = one ? { leaves: [], leftOut: 0 } : diffLeaves(base, head);
  if (!one && leaves.length === 0) return undefined;
  return { type: 'json', ...refs(sides), leaves, leavesLeftOut: leftOut };
}

function htmlPart(sides: Sides, base: string, head: string, { noise }: Scope): PartChange {
  const [a, b] = [readTable(base), readTable(head)];
  const empty = { columns: [], rows: [], labels: 0, around: '' };
  if ((a !== undefined || base === '') && (b !== undefined || head === '')) {
    const table = diffTables(a ?? empty, b ?? empty);
    if (table !== undefined) return { type: 'table', ...refs(sides), ...table };
    if (a !== undefined && b !== undefined && a.around !== b.around)
      return {
        type: 'html',
        ...refs(sides),
        diff: diffText(a.around, b.around, { kind: 'html', noise }),
      };
  }
  // One tag a line, so that the change is a line and not the whole of it.
  const lines = (html: string) => html.replace(/>[ \t]*(?=<)/g, '>\n');
  const diff = diffText(lines(base), lines(head), { kind: 'html', noise });
  return { type: 'html', ...refs(sides), diff };
}

function metricsPart(sides: Sides): PartChange | undefined {
  const [base, head] = [sides.base, sides.head].map((value) => {
    const read = value === undefined ? undefined : readBundle(value);
    return read?.kind === 'bundle' ? read.bundle : undefined;
  });
  if ((base === undefined) !== (sides.base === undefined)) return jsonPart(sides);
  if ((head === undefined) !== (sides.head === undefined)) return jsonPart(sides);
  const part = {
    type: 'metrics' as const,
    ...refs(sides),
    metrics: changedEntries(lastMetrics(base), lastMetrics(head)),
    params: changedEntries(textParams(base), textParams(head)),
  };
  return part.metrics.length + part.params.length > 0 ? part : otherwiseChanged(sides);
}

/** A bundle whose files differ, say, but no metric and no param. */
function otherwiseChanged(sides: Sides): PartChange | undefined {
  const [base, head] = [sides.base, sides.head].map((value) =>
    value === undefined ? undefined : stripChance(value),
  );
  const part = jsonPart({ mime: sides.mime, base, head });
  return part === undefined ? undefined : { ...part, ...refs(sides) };
}

function lastMetrics(
  bundle: Bundle | undefined,
): Map<string, number | 'NaN' | 'Infinity' | '-Infinity'> {
  const last = new Map<string, number | 'NaN' | 'Infinity' | '-Infinity'>();
  for (const [name, value] of Object.entries(bundle?.metrics ?? {})) {
    const point = Array.isArray(value) ? value[value.length - 1]?.value : value;
    if (point !== undefined) last.set(name, point);
  }
  return last;
}

function textParams(bundle: Bundle | undefined): Map<string, string> {
  return new Map(
    Object.entries(bundle?.params ?? {}).map(([name, value]) => [name, String(value)]),
  );
}

function changedEntries<T>(
  base: ReadonlyMap<string, T>,
  head: ReadonlyMap<string, T>,
): { name: string; base?: T; head?: T }[] {
  const changed: { name: string; base?: T; head?: T }[] = [];
  for (const name of new Set([...base.keys(), ...head.keys()])) {
    const [a, b] = [base.get(name), head.get(name)];
    if (a === b) continue;
    changed.push({
      name,
      ...(a === undefined ? {} : { base: a }),
      ...(b === undefined ? {} : { head: b }),
    });
  }
  return changed;
}

/** How two errors differ, by name, message and traceback; undefined when by noise alone. One side may be absent. */
export function diffErrors(
  base: Output | undefined,
  head: Output | undefined,
  { noise, filter }: Scope,
): PartChange | undefined {
  const sides = {
    mime: ERROR_MIME,
    base: base?.data.get(ERROR_MIME),
    head: head?.data.get(ERROR_MIME),
  };
  const textOf = (output: Output | undefined) => {
    const value = output?.data.get(ERROR_MIME);
    const trace = typeof value === 'string' ? value : '';
    // A kernel without tracebacks still says what was wrong.
    return trace === '' && output?.error ? `${output.error.name}: ${output.error.message}` : trace;
  };
  const both = base !== undefined && head !== undefined;
  const diff = diffText(textOf(base), textOf(head), { kind: 'text', ...(both ? { noise } : {}) });
  const said = (output: Output | undefined) =>
    filter.mask(`${output?.error?.name ?? ''}: ${output?.error?.message ?? ''}`, 'text');
  if (both && !hasChange(diff) && said(base) === said(head)) return undefined;
  return {
    type: 'traceback',
    ...refs(sides),
    ...(base?.error ? { baseError: base.error } : {}),
    ...(head?.error ? { headError: head.error } : {}),
    diff,
  };
}
