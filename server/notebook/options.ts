import type { PersonalRule } from './noise.js';
import { NoiseCount, NoiseFilter } from './noise.js';
import type { JsonObject } from './json-value.js';
import { NOISE_KINDS } from './noise-kinds.js';
import type { Notebook } from './notebook.js';
import { MAX_DECODED, PixelBudget } from './raster.js';
import { widgetModels } from './widgets.js';

/** How two notebooks are to be compared; nothing asked is the default view. */
export interface DiffOptions {
  /** Kinds of noise to show as changes; "all" among them stands for every kind. */
  readonly show?: readonly string[];
  /** A person's own kinds of noise, as `compilePatterns` makes them of the settings. */
  readonly patterns?: readonly PersonalRule[];
  /** Also what makes head of base exactly. */
  readonly patch?: boolean;
  /** The cheap way, in proportion to the notebooks whatever they hold (see diffCoarsely), for where the fine one took too long. */
  readonly coarse?: boolean;
}

/** What holds throughout one diff. */
export interface Terms {
  readonly filter: NoiseFilter;
  readonly pixels: PixelBudget;
  /** The kernel's language in lower case, of head, else of base; "" when neither says. */
  readonly language: string;
  /** The saved models of the widgets of each side, by id. */
  readonly models: { readonly base: JsonObject; readonly head: JsonObject };
}

/** What holds for one cell's part of a diff: the terms, and where its noise is counted. */
export interface Scope extends Terms {
  readonly noise: NoiseCount;
}

const NO_MODELS: JsonObject = new Map();

/** The terms of a diff of two notebooks, or of parts of any where none are given. */
export function toTerms(
  { show = [], patterns = [] }: DiffOptions,
  sides?: { readonly base: Notebook; readonly head: Notebook },
): Terms {
  return {
    filter: new NoiseFilter(show, patterns),
    pixels: new PixelBudget(MAX_DECODED),
    language: sides === undefined ? '' : sides.head.language || sides.base.language,
    models: {
      base: sides === undefined ? NO_MODELS : widgetModels(sides.base),
      head: sides === undefined ? NO_MODELS : widgetModels(sides.head),
    },
  };
}

export function toScope(terms: Terms): Scope {
  return { ...terms, noise: new NoiseCount(terms.filter) };
}

/** The kinds that are shown, each by its name, sorted. */
export function shownKinds({ show = [], patterns = [] }: DiffOptions): string[] {
  const all = show.includes('all') ? [...NOISE_KINDS, ...patterns].map(({ kind }) => kind) : [];
  return [...new Set([...show, ...all])].filter((kind) => kind !== 'all').sort();
}
