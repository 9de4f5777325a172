import { CellarError } from '../errors.js';
import { PARTS, type NotebookPart } from '../notebook/narrow.js';
import { NOISE_KINDS } from '../notebook/noise-kinds.js';
import type { PersonalRule } from '../notebook/noise.js';
import type { Call, Context, Option } from './command.js';
import type { NoiseSettings } from './noise-settings.js';

const FORMATS = ['text', 'json', 'html'] as const;
const COLORS = ['auto', 'always', 'never'] as const;

/** How a diff is to be shown, as the command line says. */
export interface DiffStyle {
  readonly format: (typeof FORMATS)[number];
  readonly color: boolean;
  readonly width: number;
  readonly stat: boolean;
  /** The names of the notebooks alone. */
  readonly names: boolean;
  readonly words: boolean;
  /** Kinds of noise to show. */
  readonly show: readonly string[];
  /** A person's own kinds. */
  readonly patterns: readonly PersonalRule[];
  readonly only: readonly NotebookPart[];
  readonly patch: boolean;
}

/** The options that say how a diff is shown. */
export const STYLE_OPTIONS: Readonly<Record<string, Option>> = {
  format: {
    kind: 'string',
    value: 'F',
    help: 'text (default), json, or html (one file to keep or send)',
  },
  stat: { kind: 'boolean', help: 'one line a notebook, and the totals' },
  'name-only': { kind: 'boolean', help: 'the names of the notebooks that differ, one a line' },
  'word-diff': { kind: 'boolean', help: 'changed words in a line, as [-old-]{+new+}' },
  only: {
    kind: 'string',
    value: 'PART',
    repeats: true,
    help: 'only source, outputs or metadata (several with commas)',
  },
  all: { kind: 'boolean', help: 'show every kind of noise too' },
  show: {
    kind: 'string',
    value: 'KIND',
    repeats: true,
    help: 'show this kind of noise too (several with commas)',
  },
  patch: { kind: 'boolean', help: 'with --format json: also the exact patch, noise included' },
  color: { kind: 'string', value: 'WHEN', help: 'auto (default), always or never' },
};

/** Reads those options; what they do not say of noise is as it was set. Throws bad_request for a value that is none of an option's. */
export function toStyle(context: Context, call: Call, noise: NoiseSettings): DiffStyle {
  const color = pick(call, 'color', COLORS) ?? 'auto';
  return {
    format: pick(call, 'format', FORMATS) ?? (call.json ? 'json' : 'text'),
    color: color === 'auto' ? context.color : color === 'always',
    width: context.width,
    stat: call.flag('stat'),
    names: call.flag('name-only'),
    words: call.flag('word-diff'),
    show: toKinds(call, noise),
    patterns: noise.patterns,
    only: listed(call, 'only').map((part) => oneOf('only', part, PARTS)),
    patch: call.flag('patch'),
  };
}

/** The values of an option that takes several, by comma or by being repeated. */
export function listed(call: Call, option: string): string[] {
  return (call.text(option) ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** A value that must be one of a list. Throws bad_request with the list. */
export function oneOf<Value extends string>(
  option: string,
  asked: string,
  values: readonly Value[],
): Value {
  const value = values.find((each) => each === asked);
  if (value === undefined)
    throw new CellarError('bad_request', `--${option} takes ${values.join(', ')}, not "${asked}".`);
  return value;
}

function pick<Value extends string>(
  call: Call,
  option: string,
  values: readonly Value[],
): Value | undefined {
  const asked = call.text(option);
  return asked === undefined ? undefined : oneOf(option, asked, values);
}

function toKinds(call: Call, { patterns, shown }: NoiseSettings): readonly string[] {
  if (call.flag('all')) return ['all'];
  if (call.text('show') === undefined) return shown;
  const kinds = ['all', ...[...NOISE_KINDS, ...patterns].map(({ kind }) => kind)];
  return listed(call, 'show').map((kind) => oneOf('show', kind, kinds));
}
