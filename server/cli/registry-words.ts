import type { ExternalRegistry, Link, Linked } from '../../contract/external.js';
import { CellarError } from '../errors.js';
import { count, formatTime, printable } from './words.js';

/** What is linked, as MLflow names it: runs:/RUN/PATH, models:/m-…, models:/NAME/3; also RUN/PATH and m-…. Throws bad_request. */
export function parseLinked(text: string): Linked {
  const run = /^(?:runs:\/)?([0-9a-f]{32})(?:\/(.*))?$/.exec(text);
  if (run !== null) return { kind: 'run', run: run[1] ?? '', path: run[2] ?? '' };
  const model = /^(?:models:\/)?(m-[0-9a-f]{32})$/.exec(text);
  if (model !== null) return { kind: 'model', model: model[1] ?? '' };
  const version = /^models:\/([^/]+)\/([1-9]\d*)$/.exec(text);
  if (version !== null)
    return { kind: 'version', name: version[1] ?? '', version: Number(version[2]) };
  throw new CellarError(
    'bad_request',
    `"${text}" names nothing to link: give runs:/RUN, runs:/RUN/PATH, models:/m-… or models:/NAME/VERSION.`,
  );
}

/** One line of a registry: its name, where it is, and how it stands. */
export function describeRegistry(registry: ExternalRegistry): string {
  const { name, url, state, since, seen, failure, waiting } = registry;
  const stands = {
    there: seen === null ? 'there' : `there at ${formatTime(seen)}`,
    away: `away since ${since === null ? '?' : formatTime(since)}${seen === null ? '' : `, seen last at ${formatTime(seen)}`}`,
    unknown: 'not asked yet',
  }[state];
  const waits = waiting === 0 ? '' : `; ${count(waiting, 'registration')} waiting`;
  const why = failure === null ? '' : `\n  ${failure}`;
  return printable(`${name}  ${url}  ${stands}${waits}${why}\n`);
}

/** One line of a link, with what is known of it. */
export function describeLink(link: Link): string {
  const { id, entry, version, registry, known, state, failure, page } = link;
  const there = `${entry}${version === null ? '' : ` ${version}`}`;
  const where = registry === null ? page : `${registry}: ${there}`;
  const facts =
    known === null
      ? []
      : [
          ...(known.exists ? [] : ['not there any more']),
          known.stage,
          known.aliases.map((alias) => alias.name).join(', '),
        ].filter((each) => each !== '');
  const stands = state === 'linked' ? facts : [`${state}: ${failure}`];
  const old = link.away
    ? `, as of ${link.seen === null ? 'no time yet' : formatTime(link.seen)}`
    : '';
  return printable(
    `${id}  ${toText(link.of)} → ${where}${stands.length === 0 ? '' : ` (${stands.join('; ')}${old})`}\n`,
  );
}

function toText(of: Linked): string {
  switch (of.kind) {
    case 'run':
      return `runs:/${of.run}${of.path === '' ? '' : `/${of.path}`}`;
    case 'model':
      return `models:/${of.model}`;
    case 'version':
      return `models:/${of.name}/${of.version}`;
  }
}
