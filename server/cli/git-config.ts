/** A key of git's configuration in a section of the name "cellar". */
export interface Setting {
  readonly section: 'diff' | 'merge' | 'mergetool' | 'difftool' | 'filter';
  readonly key: string;
  readonly value: string;
}

export interface Wanted {
  /** The words that start the command. */
  readonly program: readonly string[];
  /** Words for `cellar clean`, where the filter is wanted. */
  readonly clean: readonly string[] | undefined;
}

/** Quotes a word for the shell. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Every setting by which git hands notebooks to the command. A file's name may begin with a dash: "--" stands before names. */
export function toSettings({ program, clean }: Wanted): readonly Setting[] {
  const cellar = program.map(quote).join(' ');
  // In these two git itself replaces "%" and a letter.
  const escaped = cellar.replaceAll('%', '%%');
  const strip = clean === undefined ? '' : ` ${['--strip', ...clean].join(' ')}`;
  return [
    { section: 'diff', key: 'command', value: `${cellar} git-diff${strip} --` },
    { section: 'diff', key: 'textconv', value: `${cellar} git-textconv --form 1 --` },
    { section: 'diff', key: 'cachetextconv', value: 'true' },
    { section: 'merge', key: 'name', value: 'Cellar: notebooks cell by cell' },
    { section: 'merge', key: 'driver', value: `${escaped} git-merge -- %O %A %B %L %P` },
    {
      section: 'mergetool',
      key: 'cmd',
      value: `${cellar} merge --tool --output="$MERGED" -- "$BASE" "$LOCAL" "$REMOTE"`,
    },
    { section: 'mergetool', key: 'trustExitCode', value: 'true' },
    { section: 'difftool', key: 'cmd', value: `${cellar} diff -- "$LOCAL" "$REMOTE"` },
    ...(clean === undefined
      ? []
      : ([{ section: 'filter', key: 'clean', value: `${escaped} clean${strip}` }] as const)),
  ];
}

const OURS = /^\[(diff|merge|mergetool|difftool|filter) "cellar"\][ \t]*$/;
const KEYS = /^\s*(command|textconv|cachetextconv|name|driver|cmd|trustExitCode|clean)\s*=/i;

/**
 * The text of a configuration file with these settings at its end, and nothing of an earlier installation. Without an end of line
 * at the end before, there is none after, so that the removal gives the same bytes.
 */
export function addSettings(text: string | undefined, settings: readonly Setting[]): string {
  const before = removeSettings(text ?? '');
  const newline = before.includes('\r\n') ? '\r\n' : '\n';
  const lines: string[] = [];
  let section = '';
  for (const setting of settings) {
    if (setting.section !== section) lines.push(`[${setting.section} "cellar"]`);
    section = setting.section;
    lines.push(`\t${setting.key} = ${formatValue(setting.value)}`);
  }
  return addLines(lines.join(newline), { text, before, newline });
}

/** The text without our settings; sections in which a person put more of their own keep that. */
export function removeSettings(text: string): string {
  const lines = text.split('\n');
  const kept: string[] = [];
  let removedLast = false;
  for (let at = 0; at < lines.length;) {
    const end = endOfSection(lines, at);
    const body = lines.slice(at + 1, end);
    const isOurs = OURS.test((lines[at] ?? '').replace(/\r$/, ''));
    const rest = isOurs ? body.filter((line) => !KEYS.test(line)) : body;
    const isEmpty = isOurs && rest.every((line) => line.trim() === '');
    if (!isEmpty) kept.push(lines[at] ?? '', ...rest);
    // The empty piece after the last newline is no line of the section.
    else if (end === lines.length && lines.at(-1) === '') kept.push('');
    removedLast = isEmpty && end === lines.length && lines.at(-1) !== '';
    at = end;
  }
  const left = kept.join('\n');
  return removedLast ? left.replace(/\r$/, '') : left;
}

/** Where the section that begins in a line ends: before the next one. */
function endOfSection(lines: readonly string[], start: number): number {
  let at = start + 1;
  while (at < lines.length && !/^\s*\[/.test(lines[at] ?? '')) at += 1;
  return at;
}

/**
 * The text `before` with lines at its end: ended by a newline, but where it was not itself, or was there and empty. `text` is the
 * file as it is, undefined where there is none; `before` is that without our lines.
 */
export function addLines(
  lines: string,
  file: { readonly text: string | undefined; readonly before: string; readonly newline: string },
): string {
  const { text, before, newline } = file;
  const isMade = text === undefined || (before === '' && text.endsWith('\n'));
  if (isMade || before.endsWith('\n')) return `${before}${lines}${newline}`;
  return before === '' ? lines : `${before}${newline}${lines}`;
}

function formatValue(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
