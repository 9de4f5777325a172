import type { JSX } from 'react';

import type { ValueRef } from '../../contract/diff.js';
import { PICTURE_MODES, type PictureMode } from '../model/compare-choices.js';
import { describePictures } from '../model/picture-words.js';
import type { Part, PartContext } from './diff-parts.js';
import { PictureStage } from './picture-stage.js';
import { SafePicture } from './safe-output.js';
import { Segments } from './segments.js';
import { SideBySide } from './side-by-side.js';
import { Value } from './value.js';

const MODE_WORDS: Readonly<Record<PictureMode, readonly [label: string, title: string]>> = {
  sides: ['side by side', 'Before and after beside each other'],
  swipe: ['swipe', 'One over the other, with an edge to move'],
  onion: ['onion', 'One over the other, to fade between them'],
  difference: ['difference', 'What differs is light, what is the same is black'],
};

/** A picture before and after, in one of four ways. */
export function PicturePart(props: {
  readonly part: Part<'picture'>;
  readonly context: PartContext;
}): JSX.Element {
  const { part, context } = props;
  const { base, head } = part;
  if (base === undefined || head === undefined) return <Sides {...props} />;
  const { pictures } = context;
  if (pictures === 'sides') return <Sides {...props} />;
  return (
    <Value value={base} load={context.load}>
      {(before) => (
        <Value value={head} load={context.load}>
          {(after) => (
            <PictureStage
              mode={pictures}
              base={{ mime: base.mime, data: before, size: part.baseSize }}
              head={{ mime: head.mime, data: after, size: part.headSize }}
              region={part.pixels?.region ?? undefined}
              facts={describePictures(part)}
            />
          )}
        </Value>
      )}
    </Value>
  );
}

/** How much of a picture differs, in words. */
export function PictureFacts({ part }: { readonly part: Part<'picture'> }): JSX.Element | null {
  const facts = describePictures(part);
  return facts === '' ? null : <span className="cellar-quiet">{facts}</span>;
}

/** The four ways to put two pictures before the eye. */
export function PictureModes({ context }: { readonly context: PartContext }): JSX.Element {
  return (
    <Segments
      label="Pictures"
      segments={PICTURE_MODES.map((value) => ({
        value,
        label: MODE_WORDS[value][0],
        title: MODE_WORDS[value][1],
      }))}
      chosen={context.pictures}
      onChoose={context.onPictures}
    />
  );
}

function Sides(props: {
  readonly part: Part<'picture'>;
  readonly context: PartContext;
}): JSX.Element {
  const { part, context } = props;
  const draw = (value: ValueRef, side: 'base' | 'head'): JSX.Element => (
    <Value value={value} load={context.load}>
      {(data) => (
        <SafePicture
          mime={value.mime}
          data={data}
          label={side === 'base' ? 'Picture before' : 'Picture after'}
        />
      )}
    </Value>
  );
  return (
    <SideBySide base={part.base} head={part.head}>
      {draw}
    </SideBySide>
  );
}
