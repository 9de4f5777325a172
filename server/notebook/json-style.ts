import type { Json, JsonObject } from './json-value.js';
import { isArray, isObject, JsonNumber } from './json-value.js';

/** How a JSON text is laid out, as far as programs that write notebooks differ in it. */
export interface JsonStyle {
  /** What one level is indented by; undefined for all on one line. */
  readonly indent: string | undefined;
  readonly newline: '\n' | '\r\n';
  /** What stands between two items of one line, and after a name. */
  readonly comma: ',' | ', ';
  readonly colon: ':' | ': ';
  /** Everything beyond ASCII is written as an escape. */
  readonly ascii: boolean;
  /** Before and after the value: a byte order mark, the final newline. */
  readonly before: string;
  readonly after: string;
}

/** Reads off a JSON text how it is laid out. */
export function findJsonStyle(text: string): JsonStyle {
  const [before = ''] = /^[\ufeff\s]*/.exec(text) ?? [];
  const [after = ''] = /\s*$/.exec(text) ?? [];
  const body = text.slice(before.length, before.length + 200);
  const [, newline, indent] = /^[[{][ \t]*(\r?\n)([ \t]*)/.exec(body) ?? [];
  const colon = /^[^"]*"[^"\\]*":\S/.test(body) ? ':' : ': ';
  return {
    indent,
    newline: newline === '\r\n' ? '\r\n' : '\n',
    comma: colon === ':' ? ',' : ', ',
    colon,
    // eslint-disable-next-line no-control-regex -- ASCII begins with them
    ascii: !/[^\u0000-\u007f]/.test(text) && /\\u(?!00[01])[0-9a-fA-F]{4}/.test(text),
    before,
    after,
  };
}

interface Frame {
  readonly close: ']' | '}';
  readonly items: Iterator<readonly [name: string | undefined, value: Json]>;
  isFirst: boolean;
}

/** Writes a value in a style: names in their order, numbers by their text. Nesting of any depth is written. */
export function formatJsonLike(root: Json, style: JsonStyle): string {
  const out: string[] = [style.before];
  const frames: Frame[] = [];
  const between = (depth: number, isFirst: boolean): string => {
    if (style.indent === undefined) return isFirst ? '' : style.comma;
    return `${isFirst ? '' : ','}${style.newline}${style.indent.repeat(depth)}`;
  };
  const open = (value: Json): void => {
    if (isArray(value) || isObject(value)) {
      const isEmpty = (isArray(value) ? value.length : value.size) === 0;
      const [start, close] = isArray(value) ? (['[', ']'] as const) : (['{', '}'] as const);
      if (isEmpty) out.push(start + close);
      else {
        out.push(start);
        frames.push({ close, items: itemsOf(value), isFirst: true });
      }
    } else out.push(value instanceof JsonNumber ? value.lexeme : scalar(value, style));
  };
  open(root);
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const next = frame.items.next();
    if (next.done === true) {
      frames.pop();
      if (style.indent !== undefined) out.push(between(frames.length, true));
      out.push(frame.close);
      continue;
    }
    const [name, value] = next.value;
    out.push(between(frames.length, frame.isFirst));
    frame.isFirst = false;
    if (name !== undefined) out.push(scalar(name, style) + style.colon);
    open(value);
  }
  out.push(style.after);
  return out.join('');
}

function* itemsOf(
  value: readonly Json[] | JsonObject,
): Generator<readonly [string | undefined, Json]> {
  if (isArray(value)) for (const item of value) yield [undefined, item];
  else yield* value;
}

function scalar(value: null | boolean | number | string, { ascii }: JsonStyle): string {
  const text = JSON.stringify(value);
  if (!ascii) return text;
  return text.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
