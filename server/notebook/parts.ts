import { BUNDLE_MIME } from '../../contract/bundle-mime.js';
import type { PartChange, TextDiff } from '../../contract/diff.js';
import type { Json, JsonObject } from './json-value.js';
import { isObject } from './json-value.js';
import { equalJson } from './json.js';
import { diffLeaves } from './leaves.js';
import { diffText } from './lines.js';
import { diffHtml, diffSvg } from './markup-part.js';
import { diffMetrics } from './metrics-part.js';
import { isBinaryMime, isJsonMime, STDERR_MIME, STDOUT_MIME } from './notebook.js';
import type { Scope } from './options.js';
import type { Drawn } from './picture-part.js';
import { diffPictures } from './picture-part.js';
import { foldProgress } from './progress.js';
import type { Sides } from './sides.js';
import { refs } from './sides.js';
import { valueText } from './values.js';
import { WIDGET_MIME, widgetView } from './widgets.js';

function isStream(mime: string): boolean {
  return mime === STDOUT_MIME || mime === STDERR_MIME;
}

function isText(value: Json | undefined): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

/** Types that are written to be read as text; any other unknown one may be anything, in base64 for the most part. */
const TEXT_MIME =
  /^text\/|^application\/(?:vnd\.jupyter\.|(?:x-)?(?:javascript|ecmascript|typescript|latex|tex|sh|yaml|toml|sql|python)$|xml$)|\+(?:xml|yaml)$/;

function isTextMime(mime: string): boolean {
  return TEXT_MIME.test(mime);
}

function isBoth({ base, head }: Sides): boolean {
  return base !== undefined && head !== undefined;
}

/** How a value of one MIME type differs between two outputs; undefined when it does not, or by noise alone (which is counted). */
export function diffPart(sides: Sides, scope: Scope): PartChange | undefined {
  const { mime, base, head } = sides;
  if (base === head) return undefined;
  if (mime === BUNDLE_MIME) {
    const metrics = diffMetrics(sides, scope);
    if (metrics.kind !== 'invalid') return metrics.kind === 'same' ? undefined : metrics.part;
  }
  if (mime === WIDGET_MIME) return diffWidgets(sides, scope);
  // Elsewhere than in JSON types a value that is no text is a fault of the file.
  if (isJsonMime(mime) || !isText(base) || !isText(head)) return diffJson(sides, scope);
  if (mime === 'image/svg+xml') return diffSvg(sides, scope);
  if (mime.startsWith('image/'))
    return diffPictures(toDrawn(mime, base), toDrawn(mime, head), scope);
  if (isBinaryMime(mime)) return diffBytes(sides, scope);
  if (mime === 'text/html') return diffHtml(sides, scope);
  if (!isTextMime(mime)) return diffBytes(sides, scope);
  return diffTexts(sides, { base: base ?? '', head: head ?? '' }, scope);
}

function toDrawn(mime: string, text: string | undefined): Drawn | undefined {
  return text === undefined ? undefined : { mime, text };
}

/** Bytes that nothing shows: told apart by hash and size. */
function diffBytes(sides: Sides, { noise }: Scope): PartChange | undefined {
  const { mime, base, head } = sides;
  const rewrapped =
    base !== undefined && head !== undefined && valueText(mime, base) === valueText(mime, head);
  if (rewrapped && noise.hides('base64_wrapping')) return undefined;
  return { type: 'opaque', ...refs(sides) };
}

function hasChange({ removed, added }: TextDiff): boolean {
  return removed + added > 0;
}

/** LaTeX as it is set: blanks joined; an empty line is a paragraph. */
function plainLatex(text: string): string {
  return text
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .join('\n\n');
}

interface Texts {
  readonly base: string;
  readonly head: string;
}

/** Texts without differences of form, unless those are all that differs and are to be shown. */
function plainTexts(mime: string, { base, head }: Texts, { noise }: Scope): Texts {
  const [kind, plain] = isStream(mime)
    ? (['progress', foldProgress] as const)
    : (['markup_form', plainLatex] as const);
  if (!isStream(mime) && mime !== 'text/latex') return { base, head };
  const texts = { base: plain(base), head: plain(head) };
  if (texts.base === texts.head) return noise.hides(kind) ? texts : { base, head };
  return isStream(mime) ? texts : { base, head };
}

function diffTexts(sides: Sides, texts: Texts, scope: Scope): PartChange | undefined {
  const both = isBoth(sides);
  const kind = isStream(sides.mime) ? 'stream' : 'text';
  const { base, head } = both
    ? plainTexts(sides.mime, texts, scope)
    : isStream(sides.mime)
      ? { base: foldProgress(texts.base), head: foldProgress(texts.head) }
      : texts;
  const diff = diffText(base, head, { kind, ...(both ? { noise: scope.noise } : {}) });
  return hasChange(diff) || !both ? { type: 'text', ...refs(sides), diff } : undefined;
}

/** What libraries put into their JSON for one display only, by MIME type: names whose values are chance wherever they stand. */
const CHANCE_NAMES: readonly (readonly [RegExp, ReadonlySet<string>])[] = [
  [/^application\/vnd\.plotly\./, new Set(['uid'])],
  [/^application\/vnd\.(?:bokehjs|holoviews)_(?:exec|load)\./, new Set(['id', 'server_id'])],
  [/^application\/vnd\.dataresource\+json$/, new Set(['display_id'])],
];
const MAX_LEVELS = 100;

function withoutNames(value: Json, names: ReadonlySet<string>, level = 0): Json {
  if (level > MAX_LEVELS) return value;
  if (isObject(value))
    return new Map(
      [...value]
        .filter(([name]) => !names.has(name))
        .map(([name, item]) => [name, withoutNames(item, names, level + 1)]),
    );
  // Long lists hold numbers, which have no names.
  if (!Array.isArray(value) || typeof value[0] !== 'object') return value;
  return (value as readonly Json[]).map((item) => withoutNames(item, names, level + 1));
}

/** JSON compared by leaf; what a display makes anew is noise. */
function diffJson(sides: Sides, scope: Scope): PartChange | undefined {
  const { mime, base, head } = sides;
  if (base === undefined || head === undefined)
    return { type: 'json', ...refs(sides), leaves: [], leavesLeftOut: 0 };
  const names = CHANCE_NAMES.find(([fits]) => fits.test(mime))?.[1];
  if (names === undefined || scope.filter.shows('div_id'))
    return leavesPart(sides, { base, head }, scope);
  const plain = { base: withoutNames(base, names), head: withoutNames(head, names) };
  const part = leavesPart(sides, plain, scope);
  if (part === undefined && !equalJson(base, head)) scope.noise.add('div_id');
  return part;
}

function leavesPart(
  sides: Sides,
  { base, head }: { readonly base: Json; readonly head: Json },
  { filter, noise }: Scope,
): PartChange | undefined {
  const isNoise = (a: Json, b: Json): boolean => {
    if (typeof a !== 'string' || typeof b !== 'string') return false;
    if (!filter.isAlike(a, b, 'stream')) return false;
    noise.addBetween(a, b, 'stream');
    return true;
  };
  const { leaves, leftOut } = diffLeaves(base, head, { isNoise });
  if (leaves.length === 0) return undefined;
  return { type: 'json', ...refs(sides), leaves, leavesLeftOut: leftOut };
}

/** Views of widgets, compared by the models that the notebooks saved for them; their ids are noise. */
function diffWidgets(sides: Sides, scope: Scope): PartChange | undefined {
  const { base, head } = sides;
  if (!isObject(base) || !isObject(head) || scope.filter.shows('widget_id'))
    return diffJson(sides, scope);
  const { models } = scope;
  const of = (view: JsonObject, side: 'base' | 'head') => widgetView(view, models[side]);
  const part = leavesPart(sides, { base: of(base, 'base'), head: of(head, 'head') }, scope);
  if (part === undefined && !equalJson(base, head)) scope.noise.add('widget_id');
  return part;
}
