/** What must be known of a language to tell its comments and blank space from what it means. */
export interface Syntax {
  /** What begins a comment that ends with its line. */
  readonly line: readonly string[];
  /** What begins and ends a comment over several lines. */
  readonly block?: readonly (readonly [string, string])[];
  /** What begins and ends a string within one line; a backslash keeps the end from ending it. */
  readonly quotes: readonly string[];
  /** The same for strings over several lines. */
  readonly longQuotes?: readonly string[];
  /** A comment begins only where a word could: `$#` of a shell begins none. */
  readonly atWords?: boolean;
  /** Text may stand between `<<WORD` and WORD: then a sign may mean anything. */
  readonly hereDocuments?: boolean;
  /** The depth of a line says what it belongs to. */
  readonly indents?: boolean;
  /** The end of a line means nothing. */
  readonly freeLines?: boolean;
}

const C_LIKE: Syntax = {
  line: ['//'],
  block: [['/*', '*/']],
  quotes: ['"', "'"],
  freeLines: true,
};
const SCRIPT: Syntax = { ...C_LIKE, longQuotes: ['`'], freeLines: false };
const JVM: Syntax = { ...C_LIKE, longQuotes: ['"""'], freeLines: false };
const HASH: Syntax = { line: ['#'], quotes: ['"', "'"] };
const SHELL: Syntax = {
  line: ['#'],
  quotes: [],
  longQuotes: ['"', "'"],
  atWords: true,
  hereDocuments: true,
};
const LISP: Syntax = { line: [';'], quotes: [], longQuotes: ['"'] };
const MARKUP: Syntax = { line: [], block: [['<!--', '-->']], quotes: [], indents: true };

/** By the kernel's or the magic's name of the language in lower case. */
const SYNTAXES: ReadonlyMap<string, Syntax> = new Map(
  Object.entries({
    python: { ...HASH, longQuotes: ['"""', "'''"], indents: true },
    sage: { ...HASH, longQuotes: ['"""', "'''"], indents: true },
    r: { line: ['#'], quotes: [], longQuotes: ['"', "'", '`'] },
    julia: { line: ['#'], block: [['#=', '=#']], quotes: ['"'], longQuotes: ['"""'] },
    bash: SHELL,
    sh: SHELL,
    zsh: SHELL,
    ruby: SHELL,
    perl: SHELL,
    javascript: SCRIPT,
    typescript: SCRIPT,
    go: SCRIPT,
    java: JVM,
    kotlin: JVM,
    scala: JVM,
    groovy: JVM,
    swift: JVM,
    'c#': C_LIKE,
    'c++': C_LIKE,
    c: C_LIKE,
    rust: { ...C_LIKE, quotes: ['"'] },
    css: { ...C_LIKE, line: [] },
    sql: { line: ['--'], block: [['/*', '*/']], quotes: [], longQuotes: ["'"], freeLines: true },
    lua: { line: ['--'], block: [['--[[', ']]']], quotes: ['"', "'"] },
    haskell: { line: ['--'], block: [['{-', '-}']], quotes: ['"'], indents: true },
    clojure: LISP,
    scheme: LISP,
    markdown: MARKUP,
    html: MARKUP,
  }),
);

const OTHER_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ipython: 'python',
    python3: 'python',
    python2: 'python',
    pypy: 'python',
    py: 'python',
    js: 'javascript',
    script: 'bash',
    'c++11': 'c++',
    'c++14': 'c++',
    'c++17': 'c++',
    'c++20': 'c++',
    csharp: 'c#',
    svg: 'html',
  }),
);

/** What is known of a language; undefined for one that nobody told of. */
export function syntaxOf(language: string): Syntax | undefined {
  return SYNTAXES.get(OTHER_NAMES.get(language) ?? language);
}
