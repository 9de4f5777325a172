import type { JSX } from 'react';

import { findInvisible, type Invisible } from '../../contract/invisible.js';

/** A text in which invisible and reordering characters are seen as what they are. */
export function RevealedText({ text }: { readonly text: string }): JSX.Element {
  const found = findInvisible(text);
  if (found.length === 0) return <>{text}</>;
  return (
    <>
      {found.map((invisible, at) => (
        <span key={at}>
          {text.slice(found[at - 1]?.to ?? 0, invisible.from)}
          <InvisibleCharacter invisible={invisible} />
        </span>
      ))}
      {text.slice(found[found.length - 1]?.to)}
    </>
  );
}

/** The code of a character that would not be seen, or would move others about. */
export function InvisibleCharacter({ invisible }: { readonly invisible: Invisible }): JSX.Element {
  const { code, name } = invisible;
  return (
    <span className="cellar-Invisible" title={`${name} (${code})`}>
      {code}
    </span>
  );
}
