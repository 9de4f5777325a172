import type { JSX } from 'react';

import type { PartChange } from '../../contract/diff.js';
import { formatPictureSize } from '../model/picture-words.js';
import { formatSize } from '../model/size.js';
import { formatCount } from '../model/words.js';
import type { Part, PartContext } from './diff-parts.js';
import { TextDiffView } from './diff-text.js';
import { RevealedText } from './revealed-text.js';
import { SideBySide } from './side-by-side.js';
import { Value } from './value.js';

/** Characters of a raw value that are shown; more would hold up the screen. */
const LONGEST = 100_000;

/** A part as it is in the file: its text compared by line, or both texts where they were not compared so; of pictures their facts. */
export function RawPart(props: {
  readonly part: PartChange;
  readonly context: PartContext;
}): JSX.Element {
  const { part, context } = props;
  if ('diff' in part && part.diff !== undefined)
    return <TextDiffView diff={part.diff} layout={context.layout} label={part.mime} />;
  if (part.type === 'picture') return <PictureFacts part={part} />;
  return (
    <SideBySide base={part.base} head={part.head}>
      {(value) => (
        <Value value={value} load={context.load}>
          {(text) => <RawText text={text} />}
        </Value>
      )}
    </SideBySide>
  );
}

function RawText({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      <pre className="cellar-Raw">
        <RevealedText text={text.slice(0, LONGEST)} />
      </pre>
      {text.length > LONGEST ? (
        <p className="cellar-Note">{`and ${formatCount(text.length - LONGEST, 'more character')}`}</p>
      ) : null}
    </>
  );
}

function PictureFacts({ part }: { readonly part: Part<'picture'> }): JSX.Element {
  return (
    <SideBySide base={part.base} head={part.head}>
      {({ mime, size, hash }, side) => {
        const pixels = side === 'base' ? part.baseSize : part.headSize;
        return (
          <p className="cellar-Note">
            {[
              mime,
              ...(pixels === undefined ? [] : [`${formatPictureSize(pixels)} pixels`]),
              formatSize(size),
              `SHA-256 ${hash.slice(0, 12)}…`,
            ].join(', ')}
          </p>
        );
      }}
    </SideBySide>
  );
}
