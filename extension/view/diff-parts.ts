import type { OutputChange } from '../../contract/diff.js';

/** What the parts of a diff need to be drawn. */
export interface PartContext {
  readonly layout: 'split' | 'unified';
  /** Asks for a value that the diff names by hash only. */
  readonly load: (hash: string, signal: AbortSignal) => Promise<string>;
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
