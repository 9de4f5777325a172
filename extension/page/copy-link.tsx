import { useEffect, useState, type JSX } from 'react';

import { Icon } from '../view/icons.js';

/** Copies the address of exactly what is seen, and says so for a moment. */
export function CopyLink(): JSX.Element {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => {
      setCopied(false);
    }, 2000);
    return () => {
      clearTimeout(timer);
    };
  }, [copied]);
  return (
    <button
      type="button"
      className="cellar-CopyLink"
      onClick={() => {
        void copyText(location.href).then(setCopied);
      }}
    >
      <Icon name={copied ? 'check' : 'link'} />
      <span aria-live="polite">{copied ? 'Copied' : 'Copy link'}</span>
    </button>
  );
}

/** Puts text on the clipboard, also on plain HTTP, where the clipboard's own interface is missing; false when it is refused. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    document.body.append(field);
    field.select();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way on plain HTTP
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}
