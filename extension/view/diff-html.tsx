import type { JSX } from 'react';

import type { Part, PartContext } from './diff-parts.js';
import { SafeOutput } from './safe-output.js';
import { SideBySide } from './side-by-side.js';
import { Value } from './value.js';

/** HTML or Markdown of an output as it looks, on each side. */
export function HtmlPart(props: {
  readonly part: Part<'html'>;
  readonly context: PartContext;
}): JSX.Element {
  const { part, context } = props;
  const mime = part.mime === 'text/markdown' ? 'text/markdown' : 'text/html';
  return (
    <SideBySide base={part.base} head={part.head}>
      {(value, side) => (
        <Value value={value} load={context.load}>
          {(text) => (
            <SafeOutput
              mime={mime}
              text={text}
              label={side === 'base' ? 'Output before' : 'Output after'}
            />
          )}
        </Value>
      )}
    </SideBySide>
  );
}
