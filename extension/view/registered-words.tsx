import type { JSX } from 'react';

import type { Registration } from '../../contract/models.js';
import { findOthers, findRegistered } from '../model/registrations.js';
import { Icon } from './icons.js';
import type { RowRegistered } from './use-registered.js';

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

/** The models that runs have logged beside their files, a line each. */
export function OtherRegistered(props: { readonly others: readonly RegisteredAs[] }): JSX.Element {
  return (
    <>
      {props.others.map((each) => (
        <span key={`${each.name} ${String(each.version)}`} className="cellar-Artifact">
          <Icon name="box" />
          <RegisteredWords registered={[each]} />
        </span>
      ))}
    </>
  );
}

/** What a file was registered as. */
export function registeredOf(
  registered: RowRegistered | undefined,
  artifact: Parameters<typeof findRegistered>[1],
): readonly RegisteredAs[] {
  return toPlaced(registered, (all) => findRegistered(all, artifact));
}

/** What else of a version's runs was registered. */
export function othersOf(
  registered: RowRegistered | undefined,
  row: Parameters<typeof findOthers>[1],
): readonly RegisteredAs[] {
  return toPlaced(registered, (all) => findOthers(all, row));
}

function toPlaced(
  registered: RowRegistered | undefined,
  find: (all: readonly Registration[]) => readonly Registration[],
): readonly RegisteredAs[] {
  if (registered === undefined) return [];
  const { registrations, urlOf } = registered;
  return find(registrations).map((each) => ({ ...each, url: urlOf(each.name, each.version) }));
}
