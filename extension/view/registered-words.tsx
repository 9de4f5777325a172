import type { JSX } from 'react';

import type { Link } from '../../contract/external.js';
import type { Registration } from '../../contract/models.js';
import { aliasesOf, linkWords } from '../model/elsewhere-words.js';
import { findLinks, findOtherLinks } from '../model/links.js';
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

/** What something is linked to in registries elsewhere: "prod: wine v7 @champion", which opens there; the newest with an alias, else the newest, and how many there are beside it. */
export function ElsewhereWords({ links }: { readonly links: readonly Link[] }): JSX.Element | null {
  const newest = links.findLast((link) => aliasesOf(link).length > 0) ?? links.at(-1);
  if (newest === undefined) return null;
  const words = linkWords(newest);
  const title = `Elsewhere: ${links.toReversed().map(linkWords).join(', ')}`;
  return (
    <span className="cellar-Registered">
      <span aria-hidden>·</span>
      {newest.page === '' ? (
        <span className="cellar-quiet" title={title}>
          {words}
        </span>
      ) : (
        <a
          href={newest.page}
          target="_blank"
          rel="noopener noreferrer"
          title={title}
          onClick={(event) => {
            event.stopPropagation();
          }}
        >
          {words}
        </a>
      )}
      {links.length === 1 ? null : (
        <span className="cellar-quiet">{`+${String(links.length - 1)}`}</span>
      )}
    </span>
  );
}

/** What came of runs beside their files: the models that they have logged, and what is linked as a whole, a line each. */
export function OtherRegistered({ others }: { readonly others: RowOthers }): JSX.Element {
  return (
    <>
      {others.registered.map(({ as, links }) => (
        <span key={`${as.name} ${String(as.version)}`} className="cellar-Artifact">
          <Icon name="box" />
          <RegisteredWords registered={[as]} />
          <ElsewhereWords links={links} />
        </span>
      ))}
      {others.links.length === 0 ? null : (
        <span className="cellar-Artifact">
          <Icon name="link" />
          <ElsewhereWords links={others.links} />
        </span>
      )}
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

/** What a file is linked to in registries elsewhere, oldest first. */
export function linkedOf(
  registered: RowRegistered | undefined,
  artifact: Parameters<typeof findLinks>[1],
): readonly Link[] {
  return registered === undefined ? [] : findLinks(registered, artifact);
}

/** What came of a version's runs beside their files. */
export interface RowOthers {
  readonly registered: readonly { readonly as: RegisteredAs; readonly links: readonly Link[] }[];
  readonly links: readonly Link[];
}

/** What else of a version's runs was registered, here or elsewhere; each link is told once. */
export function othersOf(
  registered: RowRegistered | undefined,
  row: Parameters<typeof findOtherLinks>[1],
): RowOthers {
  const all = toPlaced(registered, (known) => findOthers(known, row));
  const links = registered === undefined ? [] : findOtherLinks(registered, row);
  const isOf = (as: RegisteredAs, { of }: Link): boolean =>
    of.kind === 'version' && of.name === as.name && of.version === as.version;
  return {
    registered: all.map((as) => ({ as, links: links.filter((link) => isOf(as, link)) })),
    links: links.filter((link) => !all.some((as) => isOf(as, link))),
  };
}

/** Whether there is nothing of it. */
export function isNone({ registered, links }: RowOthers): boolean {
  return registered.length + links.length === 0;
}

function toPlaced(
  registered: RowRegistered | undefined,
  find: (all: readonly Registration[]) => readonly Registration[],
): readonly RegisteredAs[] {
  if (registered === undefined) return [];
  const { registrations, urlOf } = registered;
  return find(registrations).map((each) => ({ ...each, url: urlOf(each.name, each.version) }));
}
