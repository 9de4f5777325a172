import { useState, type JSX } from 'react';

import type { TracedError } from '../../contract/diff.js';
import { TextButton } from './button.js';
import type { Part, PartContext } from './diff-parts.js';
import { TextDiffView } from './diff-text.js';
import { RevealedText } from './revealed-text.js';

type Side = 'base' | 'head' | 'both';

/** An error by its name, message and the lines of the person's own code; the rest of the traceback on demand. */
export function TracebackPart(props: {
  readonly part: Part<'traceback'>;
  readonly context: PartContext;
}): JSX.Element {
  const { part, context } = props;
  const [open, setOpen] = useState(false);
  const { baseError, headError } = part;
  const same = JSON.stringify(baseError) === JSON.stringify(headError);
  return (
    <>
      {baseError === undefined || same ? null : <ErrorLines error={baseError} side="base" />}
      {headError === undefined ? null : (
        <ErrorLines error={headError} side={same ? 'both' : 'head'} />
      )}
      <TextButton
        look="plain"
        expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {open ? 'Hide the traceback' : 'Show the traceback'}
      </TextButton>
      {open ? <TextDiffView diff={part.diff} layout={context.layout} label="Traceback" /> : null}
    </>
  );
}

const SIGNS = { base: '\u2212', head: '+', both: '' } as const;
const LOOKS = { base: 'deleted', head: 'added', both: 'same' } as const;
const WORDS = { base: 'Before', head: 'After', both: 'Before and after' } as const;

function ErrorLines(props: { readonly error: TracedError; readonly side: Side }): JSX.Element {
  const { error, side } = props;
  return (
    <div className={`cellar-Error cellar-mod-${LOOKS[side]}`} role="group" aria-label={WORDS[side]}>
      <span className="cellar-Line-sign" aria-hidden>
        {SIGNS[side]}
      </span>
      <div>
        <p>
          <b>{error.name}</b>
          {error.message === '' ? null : (
            <>
              {': '}
              <RevealedText text={error.message} />
            </>
          )}
        </p>
        {(error.frames ?? []).map(({ file, line, name, text }, at) => (
          <p key={at} className="cellar-Frame">
            <span className="cellar-quiet">
              {[
                file,
                ...(line === undefined ? [] : [`line ${String(line)}`]),
                ...(name === undefined ? [] : [`in ${name}`]),
              ].join(', ')}
            </span>
            {text === undefined ? null : (
              <code>
                <RevealedText text={text.trim()} />
              </code>
            )}
          </p>
        ))}
      </div>
    </div>
  );
}
