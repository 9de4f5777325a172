import { parseArgs } from 'node:util';
import { resolve } from 'node:path';

import { CellarError } from '../errors.js';
import { findRoot } from '../store/places.js';
import { FAILED, type Call, type Command, type Context, type Option } from './command.js';
import { formatHelp, formatOverview } from './help.js';

/** The commands by name; each is loaded when it is called, so that the others cost it nothing. */
export type CommandTable = Readonly<Record<string, () => Promise<Command>>>;

const COMMON: Readonly<Record<string, Option>> = {
  root: { kind: 'string', value: 'DIR', help: 'the workspace (default: the nearest one upward)' },
  json: { kind: 'boolean', help: 'print one JSON object' },
  help: { kind: 'boolean', short: 'h', help: 'show this help' },
};

/** Runs a command line (without node and the script) and gives its exit code. Never throws. */
export async function runCommandLine(
  commands: CommandTable,
  argv: readonly string[],
  context: Context,
): Promise<number> {
  // Known before anything is parsed, since a failure to parse is answered in JSON too.
  const json = argv.includes('--json') || /(^| )--format[= ]json( |$)/.test(argv.join(' '));
  try {
    const { name, rest } = toHelp(splitName(argv));
    if (name === undefined) {
      const unknown = rest.find((word) => !['--help', '-h', '--json'].includes(word));
      if (unknown !== undefined && !rest.includes('--help'))
        throw new CellarError('bad_request', `Unknown option "${unknown}". See "cellar --help".`);
      context.out(await formatOverview(commands));
      return argv.length === 0 ? FAILED : 0;
    }
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (load === undefined)
      throw new CellarError('bad_request', `There is no command "${name}". See "cellar --help".`);
    const command = await load();
    const options = { ...command.options, ...COMMON };
    const parsed = parse(rest, options);
    if (parsed.values['help'] === true) {
      context.out(formatHelp(name, command, options));
      return 0;
    }
    checkCount(name, command, parsed.positionals);
    return await command.run(context, await toCall(context, parsed));
  } catch (error) {
    return fail(error, json, context);
  }
}

interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
  readonly beforeDashes: number;
}

function parse(args: readonly string[], options: Readonly<Record<string, Option>>): Parsed {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { kind, short, repeats = false }]) => [
      name,
      { type: kind, multiple: repeats, ...(short === undefined ? {} : { short }) },
    ]),
  );
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...args],
      options: config,
      allowPositionals: true,
      tokens: true,
    });
    const joined = Object.entries(values).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : value,
    ]);
    const dashes = tokens.find(({ kind }) => kind === 'option-terminator')?.index ?? args.length;
    const before = tokens.filter(({ kind, index }) => kind === 'positional' && index < dashes);
    return {
      values: Object.fromEntries(joined) as Parsed['values'],
      positionals,
      beforeDashes: before.length,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new CellarError(
      'bad_request',
      `${reason ?? 'Bad usage'}. See "--help".`,
      {},
      { cause: error },
    );
  }
}

/** The command's name is the first word that is neither an option nor the value of --root. */
function splitName(argv: readonly string[]): { name: string | undefined; rest: string[] } {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--root') at += 1;
    else if (!word.startsWith('-'))
      return { name: word, rest: [...argv.slice(0, at), ...argv.slice(at + 1)] };
  }
  return { name: undefined, rest: [...argv] };
}

/** "cellar help log" means "cellar log --help". */
function toHelp(split: ReturnType<typeof splitName>): ReturnType<typeof splitName> {
  if (split.name !== 'help') return split;
  return { name: split.rest[0], rest: ['--help'] };
}

function checkCount(name: string, command: Command, given: readonly string[]): void {
  const [least, most] = command.arguments;
  if (given.length >= least && given.length <= most) return;
  throw new CellarError('bad_request', `Usage: cellar ${name} ${command.usage}`);
}

async function toCall(context: Context, parsed: Parsed): Promise<Call> {
  const { values, positionals } = parsed;
  const given = values['root'];
  const found = await findRoot(
    typeof given === 'string' ? resolve(context.cwd, given) : context.cwd,
  );
  const root = typeof given === 'string' ? resolve(context.cwd, given) : (found ?? context.cwd);
  return {
    arguments: positionals,
    beforeDashes: parsed.beforeDashes,
    root,
    rootIsGiven: typeof given === 'string',
    rootHasStore: found === root,
    json: values['json'] === true,
    text: (option) => {
      const value = values[option];
      return typeof value === 'string' ? value : undefined;
    },
    flag: (option) => values[option] === true,
  };
}

function fail(error: unknown, json: boolean, context: Context): number {
  const known =
    error instanceof CellarError
      ? error
      : new CellarError('internal', error instanceof Error ? error.message : String(error));
  if (json) context.out(`${JSON.stringify(known.toBody())}\n`);
  context.say(`cellar: ${known.message}`);
  if (!(error instanceof CellarError) && error instanceof Error && error.stack !== undefined)
    context.say(error.stack);
  return FAILED;
}
