import type { JSX } from 'react';

import type { Registration } from '../../contract/models.js';

/** A version of a model, and where its page is. */
export interface RegisteredAs extends Pick<Registration, 'name' | 'version' | 'aliases'> {
  readonly url: string;
}

/** What something was registered as: "wine v3 @champion", each leading to its page; the newest, and how many there are beside it. */
export function RegisteredWords(props: {
  readonly registered: readonly RegisteredAs[];
}): JSX.Element | null {
  const [newest, ...others] = props.registered;
  if (newest === undefined) return null;
  const { name, version, aliases, url } = newest;
  const words = [`${name} v${String(version)}`, ...aliases.map((alias) => `@${alias}`)].join(' ');
  const all = props.registered.map((each) => `${each.name} v${String(each.version)}`);
  return (
    <span className="cellar-Registered">
      <span aria-hidden>·</span>
      <a
        href={url}
        target={url.startsWith('#') ? undefined : '_blank'}
        rel="noreferrer"
        title={`Registered as ${all.join(', ')}`}
        onClick={(event) => {
          event.stopPropagation();
        }}
      >
        {words}
      </a>
      {others.length === 0 ? null : (
        <span className="cellar-quiet">{`+${String(others.length)}`}</span>
      )}
    </span>
  );
}
