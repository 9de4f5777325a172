import type { Command, Option } from './command.js';
import type { CommandTable } from './run.js';

/** The list of commands, as `cellar --help` prints it. */
export async function formatOverview(commands: CommandTable): Promise<string> {
  const rows = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => [name, (await load()).summary] as const),
  );
  return [
    'Usage: cellar COMMAND [ARGUMENTS]',
    '',
    'Keeps every version of a notebook with its metrics and models.',
    '',
    ...align(rows),
    '',
    'Every command takes --help and --root DIR. "cellar --version" prints the version.',
    '',
  ].join('\n');
}

/** One command's help. */
export function formatHelp(
  name: string,
  command: Command,
  options: Readonly<Record<string, Option>>,
): string {
  const rows = Object.entries(options).map(([option, { short, value, help }]) => {
    const dash = short === undefined ? '    ' : `-${short}, `;
    return [`${dash}--${option}${value === undefined ? '' : ` ${value}`}`, help] as const;
  });
  return [
    `Usage: cellar ${name} ${command.usage}`.trimEnd(),
    '',
    `${command.summary}.`,
    '',
    ...align(rows),
    '',
  ].join('\n');
}

function align(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
