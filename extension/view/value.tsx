import { useEffect, useState, type JSX, type ReactNode } from 'react';

import type { ValueRef } from '../../contract/diff.js';
import { formatSize } from '../model/size.js';
import { TextButton } from './button.js';
import type { PartContext } from './diff-parts.js';

/** Larger values are loaded when a person asks for them. */
const EAGER_BYTES = 2_000_000;

/** Shows a value of a diff once it is there: at once when it is short, loaded when not, on demand when it is large. */
export function Value(props: {
  readonly value: ValueRef;
  readonly load: PartContext['load'];
  readonly children: (text: string) => ReactNode;
}): JSX.Element {
  const { value, load, children } = props;
  const [asked, setAsked] = useState(false);
  const [loaded, setLoaded] = useState<{ readonly hash: string; readonly text?: string }>();
  const wanted = value.text === undefined && (asked || value.size <= EAGER_BYTES);
  useEffect(() => {
    if (!wanted) return undefined;
    const request = new AbortController();
    load(value.hash, request.signal).then(
      (text) => {
        setLoaded({ hash: value.hash, text });
      },
      () => {
        if (!request.signal.aborted) setLoaded({ hash: value.hash });
      },
    );
    return () => {
      request.abort();
    };
  }, [wanted, value.hash, load]);

  const mine = loaded?.hash === value.hash ? loaded : undefined;
  const text = value.text ?? mine?.text;
  if (text !== undefined) return <>{children(text)}</>;
  const size = formatSize(value.size);
  if (mine !== undefined)
    return <p className="cellar-Note">{`This output (${size}) could not be loaded.`}</p>;
  if (wanted) return <p className="cellar-Note" role="status">{`Loading ${size}…`}</p>;
  return (
    <p className="cellar-Note">
      {`This output has ${size}. `}
      <TextButton
        look="plain"
        onClick={() => {
          setAsked(true);
        }}
      >
        Load it
      </TextButton>
    </p>
  );
}
