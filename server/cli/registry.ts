import {
  externalEntriesSchema,
  externalRegistriesSchema,
  externalRegistrySchema,
  followedSchema,
  linkSchema,
  linksSchema,
  type Link,
} from '../../contract/external.js';
import { pathTo } from '../../contract/routes.js';
import { CellarError } from '../errors.js';
import { withBar } from './bar.js';
import { DONE, NO, type Call, type Command, type Context } from './command.js';
import type { Connection } from './connection.js';
import { describeLink, describeRegistry, parseLinked } from './registry-words.js';
import { withNewOwner, withOwner } from './with-owner.js';
import { printable } from './words.js';

/** What one of the words after "registry" does; `rest` is what stands behind it. */
interface Action {
  readonly usage: string;
  /** Least and most words behind it. */
  readonly words: readonly [number, number];
  run(told: Told): Promise<number>;
}

interface Told {
  readonly context: Context;
  readonly call: Call;
  readonly owner: Connection;
  readonly rest: readonly string[];
  /** Prints one JSON object, or words for people. */
  readonly print: (value: object, words: string) => void;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  list: {
    usage: 'list',
    words: [0, 0],
    run: async ({ owner, print }) => {
      const { registries } = externalRegistriesSchema.parse(
        await owner.json({ path: pathTo('externals') }),
      );
      const words = registries.map(describeRegistry).join('');
      print({ status: 'ok', registries }, words === '' ? 'No registry is set up.\n' : words);
      return DONE;
    },
  },
  add: {
    usage: 'add NAME URL [--user U --password PLACE | --token PLACE] [--webhook PLACE] [--every S]',
    words: [2, 2],
    run: async ({ owner, call, rest: [name = '', url], print }) => {
      const every = call.text('every');
      const given = ['user', 'password', 'token', 'webhook'].flatMap((option) => {
        const text = call.text(option);
        return text === undefined ? [] : [[option, text] as const];
      });
      const body = {
        ...{ kind: 'mlflow', url, ...Object.fromEntries(given) },
        ...(every === undefined ? {} : { every: Number(every) }),
      };
      const registry = externalRegistrySchema.parse(
        await owner.json({ method: 'PUT', path: pathTo('external', { name }), body }),
      );
      print({ status: 'ok', registry }, `${registry.name} is set up: ${registry.url}\n`);
      return DONE;
    },
  },
  remove: {
    usage: 'remove NAME',
    words: [1, 1],
    run: async ({ owner, rest: [name = ''], print }) => {
      await owner.json({ method: 'DELETE', path: pathTo('external', { name }) });
      print({ status: 'ok', name }, `${name} is forgotten; its links stay.\n`);
      return DONE;
    },
  },
  search: {
    usage: 'search NAME [TEXT] [--page P]',
    words: [1, 2],
    run: async ({ owner, call, rest: [name = '', search], print }) => {
      const query = { search, page: call.text('page') };
      const found = externalEntriesSchema.parse(
        await owner.json({ path: pathTo('externalEntries', { name }), query }),
      );
      const lines = found.entries.map(({ name: entry, newest, aliases, description }) => {
        const names = aliases.map((alias) => `${alias.name} ${alias.version}`).join(', ');
        const versions = newest === '' ? 'no version' : `newest ${newest}`;
        const facts = [versions, names, description.split('\n')[0] ?? ''];
        return printable(`${entry}  ${facts.filter((each) => each !== '').join('  ')}\n`);
      });
      const more = found.next === null ? '' : `There is more: --page ${found.next}\n`;
      print({ status: 'ok', ...found }, (lines.join('') || 'Nothing is found.\n') + more);
      return DONE;
    },
  },
  links: {
    usage: 'links [OF]',
    words: [0, 1],
    run: async ({ owner, rest: [of], print }) => {
      const { links } = linksSchema.parse(
        await owner.json({ path: pathTo('links'), query: { of } }),
      );
      const words = links.map(describeLink).join('');
      print({ status: 'ok', links }, words === '' ? 'There are no links.\n' : words);
      return DONE;
    },
  },
  link: {
    usage: 'link OF NAME ENTRY [VERSION] | link OF --url URL --title TEXT',
    words: [1, 4],
    run: async (told) => {
      const { call, rest } = told;
      const [of = '', registry, entry, version] = rest;
      const url = call.text('url');
      const body =
        url === undefined
          ? { kind: 'entry', of: parseLinked(of), registry, entry, version: version ?? null }
          : { kind: 'address', of: parseLinked(of), url, title: call.text('title') ?? url };
      return showLink(told, await askLink(told, body));
    },
  },
  unlink: {
    usage: 'unlink LINK',
    words: [1, 1],
    run: async ({ owner, rest: [id = ''], print }) => {
      await owner.json({ method: 'DELETE', path: pathTo('link', { id }) });
      print({ status: 'ok', id }, 'The link is taken away; what is there stays there.\n');
      return DONE;
    },
  },
  register: {
    usage: 'register OF NAME ENTRY [-m TEXT]',
    words: [3, 3],
    run: async (told) => {
      const [of = '', registry, entry] = told.rest;
      const description = told.call.text('message') ?? '';
      const link = await askLink(told, {
        ...{ kind: 'register', of: parseLinked(of), registry, entry, description },
      });
      if (link.state === 'refused')
        throw new CellarError(
          'registry_refused',
          `${link.failure.replace(/\.$/, '')}. It is kept as ${link.id}: "cellar registry follow ${registry ?? ''}" tries it again, "cellar registry unlink ${link.id}" takes it away.`,
        );
      return showLink(told, link);
    },
  },
  follow: {
    usage: 'follow NAME',
    words: [1, 1],
    run: async ({ context, owner, rest: [name = ''], print }) => {
      const { registry, changed } = followedSchema.parse(
        await withBar(context, (report) =>
          owner.long({ method: 'POST', path: pathTo('externalFollow', { name }) }, report),
        ),
      );
      const words = [
        describeRegistry(registry),
        ...changed.map(describeLink),
        changed.length === 0 ? 'Nothing has changed.\n' : '',
      ];
      print({ status: 'ok', registry, changed }, words.join(''));
      return DONE;
    },
  },
};

export const registry: Command = {
  summary: 'Link and register runs and models in registries elsewhere, such as an MLflow server',
  usage: `${Object.keys(ACTIONS).join('|')} …`,
  options: {
    user: { kind: 'string', value: 'U', help: 'add: sign in as this user' },
    password: {
      kind: 'string',
      value: 'PLACE',
      help: 'add: where its password is: env:VARIABLE or keyring:SERVICE/USER',
    },
    token: { kind: 'string', value: 'PLACE', help: 'add: where a token is, instead of a user' },
    webhook: { kind: 'string', value: 'PLACE', help: "add: where the webhooks' secret is" },
    every: { kind: 'string', value: 'S', help: 'add: ask for changes each S seconds (default 60)' },
    page: { kind: 'string', value: 'P', help: 'search: go on from there' },
    url: { kind: 'string', value: 'URL', help: 'link: to an address that is no registry' },
    title: { kind: 'string', value: 'TEXT', help: 'link: what the address is called' },
    message: { kind: 'string', short: 'm', value: 'TEXT', help: 'register: a description' },
  },
  arguments: [0, 5],
  run: async (context, call) => {
    const [name = 'list', ...rest] = call.arguments;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action === undefined)
      throw new CellarError(
        'bad_request',
        `cellar registry knows ${Object.keys(ACTIONS).join(', ')}, not "${name}".`,
      );
    const [least, most] = action.words;
    const isMeant = name !== 'link' || call.text('url') !== undefined || rest.length >= 3;
    if (rest.length < least || rest.length > most || !isMeant)
      throw new CellarError('bad_request', `Usage: cellar registry ${action.usage}`);
    const print = (value: object, words: string): void => {
      context.out(call.json ? `${JSON.stringify(value)}\n` : words);
    };
    const connect = name === 'add' ? withNewOwner : withOwner;
    return connect(context, call.root, (owner) =>
      action.run({ context, call, owner, rest, print }),
    );
  },
};

async function askLink({ context, owner }: Told, body: object): Promise<Link> {
  return linkSchema.parse(
    await withBar(context, (report) =>
      owner.long({ method: 'POST', path: pathTo('links'), body }, report),
    ),
  );
}

function showLink({ context, print }: Told, link: Link): number {
  print({ status: 'ok', link }, describeLink(link));
  if (link.state === 'linked') return DONE;
  context.say(
    `cellar: ${printable(link.failure)} The registration is kept, and is tried again whenever ${link.registry ?? ''} is asked for changes, and by "cellar registry follow ${link.registry ?? ''}".`,
  );
  return NO;
}
