import { BUNDLE_MIME } from './bundle-mime.js';

/** Scrapbook's glue: one named value, as JSON or as text. */
const SCRAP_MIMES = [
  'application/scrapbook.scrap.json+json',
  'application/scrapbook.scrap.text+json',
];
/** As papermill recorded values before there was scrapbook. */
const RECORD_MIME = 'application/papermill.record+json';

/** Every MIME type under which a display may carry a bundle, or what becomes one. */
export const CARRYING_MIMES: readonly string[] = [
  ...[BUNDLE_MIME, ...SCRAP_MIMES, RECORD_MIME],
  'text/html',
];

const START = `<script type="${BUNDLE_MIME}">`;
const END = '</script>';

/**
 * The bundle that a display carries, not checked yet; undefined where there is none. `read` gives the display's value of a MIME type as
 * plain JSON. Beside a bundle's own type that is a value that scrapbook glued, or HTML of one script element of the bundle's type, as
 * kernels show it that have no way to choose a type.
 */
export function findCarried(read: (mime: string) => unknown): unknown {
  const bundle = read(BUNDLE_MIME);
  if (bundle !== undefined) return bundle;
  for (const mime of SCRAP_MIMES) {
    const scrap = read(mime);
    if (isObject(scrap) && typeof scrap['name'] === 'string' && scrap['name'] !== '')
      return toBundle([[scrap['name'], scrap['data']]]);
  }
  const record = read(RECORD_MIME);
  if (isObject(record)) return toBundle(Object.entries(record));
  return readHtml(read('text/html'));
}

/** Numbers as metrics, other single values as params; what has parts is neither. */
function toBundle(values: readonly (readonly [string, unknown])[]): object | undefined {
  const metrics = values.filter(([, value]) => typeof value === 'number' || isNoNumber(value));
  const params = values.filter(
    ([, value]) =>
      value === null ||
      typeof value === 'boolean' ||
      (typeof value === 'string' && !isNoNumber(value)),
  );
  if (metrics.length + params.length === 0) return undefined;
  return {
    ...(metrics.length === 0 ? {} : { metrics: Object.fromEntries(metrics) }),
    ...(params.length === 0 ? {} : { params: Object.fromEntries(params) }),
  };
}

function isNoNumber(value: unknown): boolean {
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity';
}

function readHtml(value: unknown): unknown {
  // nbformat lets a text be a list of its lines.
  const html = Array.isArray(value) ? value.join('') : value;
  if (typeof html !== 'string') return undefined;
  const text = html.trim();
  if (!text.startsWith(START) || !text.endsWith(END)) return undefined;
  try {
    return JSON.parse(text.slice(START.length, -END.length));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
