import type { OutputChange, PartChange } from '../../contract/diff.js';
import type { PictureMode } from '../model/compare-choices.js';

/** What the parts of a diff need to be drawn. */
export interface PartContext {
  readonly layout: 'split' | 'unified';
  readonly pictures: PictureMode;
  readonly onPictures: (mode: PictureMode) => void;
  /** Asks for a value that the diff names by hash only. */
  readonly load: (hash: string, signal?: AbortSignal) => Promise<string>;
}

/** A part of a diff by its type. */
export type Part<T extends PartChange['type']> = Extract<PartChange, { type: T }>;

/**
 * Where noise is shown: the same thing in the diff without it, or undefined when it differs by noise alone. Where no noise is
 * shown there is no such object.
 */
export interface Beside<T> {
  readonly quiet: T | undefined;
}

/** What kind of output it is, in words. */
export function outputWord({
  outputType,
  name,
}: Pick<OutputChange, 'outputType' | 'name'>): string {
  switch (outputType) {
    case 'stream':
      return name === 'stderr' ? 'messages' : 'printed text';
    case 'display_data':
      return 'output';
    case 'execute_result':
      return 'result';
    case 'error':
      return 'error';
  }
}

/** What a MIME type is called. */
export function mimeWord(mime: string): string {
  const [, known] = MIMES.find(([pattern]) => pattern.test(mime)) ?? [];
  return known ?? mime;
}

/** Whether a MIME type is a chart that only its own library can draw. */
export function isChart(mime: string): boolean {
  return /^application\/vnd\.(vega(lite)?\.|plotly\.|bokehjs_|dataresource)/.test(mime);
}

const MIMES: readonly (readonly [RegExp, string])[] = [
  [/^application\/vnd\.plotly\./, 'Plotly chart'],
  [/^application\/vnd\.vegalite\./, 'Vega-Lite chart'],
  [/^application\/vnd\.vega\./, 'Vega chart'],
  [/^application\/vnd\.bokehjs_/, 'Bokeh chart'],
  [/^application\/vnd\.dataresource/, 'data table'],
  [/^application\/vnd\.jupyter\.widget-view/, 'widget'],
  [/^application\/geo\+json/, 'GeoJSON'],
  [/^application\/vnd\.cellar\./, 'metrics'],
  [/^application\/vnd\.jupyter\.(error|traceback)/, 'traceback'],
  [/json$/, 'JSON'],
  [/^image\/svg/, 'SVG picture'],
  [/^image\/(\w+)/, 'picture'],
  [/^text\/latex/, 'LaTeX'],
  [/^text\/html/, 'HTML'],
  [/^text\/markdown/, 'Markdown'],
  [/^text\/plain/, 'text'],
];
