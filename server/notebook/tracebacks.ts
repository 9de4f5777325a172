import type { TracedError } from '../../contract/diff.js';

export type Frame = NonNullable<TracedError['frames']>[number];

/** One frame as it stands in a traceback, with the lines it takes; `to` is excluded. */
interface Block {
  readonly from: number;
  to: number;
  readonly library: boolean;
  frame: Frame;
}

// eslint-disable-next-line no-control-regex -- ESC begins a colour sequence
const COLOR = /\u001b\[[0-9;:]*[A-Za-z]/g;
const MAX_LINES = 20_000;
const MAX_FRAMES = 100;
const MAX_TEXT = 500;

/** Where files stand that a person installed and did not write. */
const LIBRARY =
  /[\\/](?:site|dist)-packages[\\/]|[\\/]lib(?:64)?[\\/]python\d|[\\/]lib[\\/]R[\\/]|^<(?:frozen|__array_function__)|[\\/]share[\\/]julia[\\/]|[\\/]\.julia[\\/]packages[\\/]|^\.[\\/](?:boot|loading|client|essentials)\.jl/;

/** How the programs that print tracebacks begin a frame: IPython of today and before, Python, Julia, R. */
const HEADS: readonly ((line: string, next: string) => Frame | undefined)[] = [
  (line) => {
    const [whole, file, at, name] =
      /^((?:Cell |Input )?In ?\[[\d ]{0,9}\])(?:, line (\d{1,9}))?(?:, in (.{1,200}))?$/.exec(
        line,
      ) ?? [];
    return whole === undefined ? undefined : toFrame(file, at, name);
  },
  (line) => {
    const [whole, file, at, name] =
      /^File (\S.{0,500}):(\d{1,9})(?:, in (.{1,200}))?$/.exec(line) ?? [];
    return whole === undefined ? undefined : toFrame(file, at, name);
  },
  (line, next) => {
    const [whole, file, at, name] =
      /^ *File "(.{1,500})", line (\d{1,9})(?:, in (.{1,200}))?$/.exec(line) ?? [];
    const text = /^ {4,}(?!File ")(\S.*)$/.exec(next)?.[1];
    return whole === undefined ? undefined : { ...toFrame(file, at, name), ...textOf(text) };
  },
  (line) => {
    const [whole, file, name] =
      /^(<ipython-input-[\w-]{1,80}>|[~./\\\w-][^\s"]{0,500}\.py) in (.{1,200})$/.exec(line) ?? [];
    return whole === undefined ? undefined : toFrame(file, undefined, name);
  },
  (line, next) => {
    const name = /^ *\[\d{1,4}\] (\S.{0,200})$/.exec(line)?.[1];
    const [whole, file, at] = /^ *@ (?:[\w.]{1,80} )?(\S.{0,500}):(\d{1,9})$/.exec(next) ?? [];
    return name === undefined || whole === undefined ? undefined : toFrame(file, at, name);
  },
  (line) => {
    const [whole, name, file, at] =
      /^\d{1,4}\. (\S.{0,300}?)(?: at (\S{1,300})#(\d{1,9}))?$/.exec(line) ?? [];
    return whole === undefined ? undefined : toFrame(file ?? '', at, name);
  },
];

function toFrame(file = '', line: string | undefined, name: string | undefined): Frame {
  return {
    file,
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(name === undefined ? {} : { name }),
  };
}

function textOf(text: string | undefined): { text?: string } {
  return text === undefined ? {} : { text: text.trim().slice(0, MAX_TEXT) };
}

/** Lines that belong to the frame above them: blank, indented, or code with an arrow and a number before it. */
const INNER = /^(?:\s|-+> ?\d|$)/;
const ARROW = /^-+> ?(\d{1,9}) ?(.*)$/;

/** A traceback, and the frames in it. */
export class Traceback {
  private readonly lines: readonly string[];
  private readonly blocks: readonly Block[];

  constructor(text: string) {
    this.lines = text.split('\n');
    const plain = this.lines.slice(0, MAX_LINES).map((line) => line.replace(COLOR, ''));
    const blocks: Block[] = [];
    plain.forEach((line, at) => {
      const next = plain[at + 1] ?? '';
      const frame = line === '' ? undefined : firstOf(HEADS, (read) => read(line, next));
      const last = blocks[blocks.length - 1];
      if (frame !== undefined)
        blocks.push({ from: at, to: at + 1, library: LIBRARY.test(frame.file), frame });
      else if (last?.to === at && INNER.test(line)) {
        last.to = at + 1;
        const [, number, code] = ARROW.exec(line) ?? [];
        if (number !== undefined) last.frame = arrowed(last.frame, number, code);
      }
    });
    this.blocks = blocks;
  }

  /** The frames in code of the person's own, as printed: the outermost first, but for Julia, whose order is kept. */
  frames(): Frame[] {
    return this.blocks
      .filter(({ library }) => !library)
      .slice(-MAX_FRAMES)
      .map(({ frame }) => frame);
  }

  /** The frames of libraries as text, or all the rest; colours kept. */
  text({ library }: { readonly library: boolean }): string {
    const taken: string[] = [];
    let at = 0;
    for (const block of [
      ...this.blocks,
      { from: this.lines.length, to: this.lines.length, library },
    ]) {
      if (!library) taken.push(...this.lines.slice(at, block.from));
      if (block.library === library) taken.push(...this.lines.slice(block.from, block.to));
      at = block.to;
    }
    return taken.join('\n');
  }
}

function arrowed(frame: Frame, number: string, code: string | undefined): Frame {
  return { ...frame, line: frame.line ?? Number(number), ...textOf(code) };
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
