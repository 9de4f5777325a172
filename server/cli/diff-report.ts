import type { CellarError } from '../errors.js';
import { toPen } from '../notebook/render/pen.js';
import { renderStat, toStatRow, type StatRow } from '../notebook/render/stat.js';
import { renderText } from '../notebook/text.js';
import { visible } from '../notebook/words.js';
import { DONE, FAILED, NO, type Context } from './command.js';
import { compareAll, isShown, toFileDiff, type Compared } from './diff-many.js';
import { joinRenames, type Pair } from './diff-pairs.js';
import type { DiffStyle } from './diff-style.js';
import { print } from './pager.js';
import { count } from './words.js';

export interface ReportOptions {
  readonly style: DiffStyle;
  readonly title: string;
  readonly paged: boolean;
  /** Answer "no" by the exit code where something differs. */
  readonly exitCode: boolean;
}

/** Compares several notebooks and prints what differs, in the style asked for; gives the exit code. */
export async function reportAll(
  context: Context,
  pairs: readonly Pair[],
  options: ReportOptions,
): Promise<number> {
  const { style } = options;
  const errors: CellarError[] = [];
  let shown = 0;
  const all = (async function* () {
    for await (const compared of compareAll(await joinRenames(pairs), style)) {
      if (compared.kind === 'error') errors.push(compared.error);
      if (isShown(compared)) shown += 1;
      yield compared;
    }
  })();
  if (style.format === 'json') await reportJson(context, all, errors);
  else if (style.format === 'html') await reportHtml(context, all, options.title);
  else await reportText(context, all, options);
  for (const error of errors) context.say(`cellar: ${error.message}`);
  if (errors.length > 0) return FAILED;
  return options.exitCode && shown > 0 ? NO : DONE;
}

/** Entry by entry: the whole of it need not fit into one string. */
async function reportJson(
  context: Context,
  all: AsyncIterable<Compared>,
  errors: readonly CellarError[],
): Promise<void> {
  let between = '{"files":[';
  for await (const compared of all) {
    context.out(`${between}${JSON.stringify(toFileDiff(compared))}`);
    between = ',';
  }
  if (between !== ',') context.out(between);
  const [first] = errors;
  const body = first === undefined ? { status: 'ok' } : first.toBody();
  context.out(`],${JSON.stringify(body).slice(1)}\n`);
}

async function reportHtml(
  context: Context,
  all: AsyncIterable<Compared>,
  title: string,
): Promise<void> {
  const { pageEnd, pageStart, renderSection } = await import('../notebook/html.js');
  context.out(pageStart(title));
  for await (const compared of all) {
    if (!isShown(compared)) continue;
    const name = nameOf(compared);
    context.out(
      compared.kind === 'error'
        ? renderSection(name, compared.error.message)
        : renderSection(name, { diff: compared.diff, ...compared.opened }),
    );
  }
  context.out(pageEnd());
}

async function reportText(
  context: Context,
  all: AsyncIterable<Compared>,
  { style, paged }: ReportOptions,
): Promise<void> {
  const pen = toPen(style.color);
  const rows: StatRow[] = [];
  const texts: string[] = [];
  const noise: Compared[] = [];
  for await (const compared of all) {
    if (!isShown(compared)) noise.push(compared);
    else if (style.names) texts.push(`${visible(compared.pair.path)}\n`);
    else if (style.stat) rows.push(toRow(compared));
    else texts.push(formatOne(compared, style));
  }
  if (style.stat && !style.names) texts.push(renderStat(rows, style));
  if (noise.length > 0 && !style.names) texts.push(`${pen.paint('dim', quietWords(noise))}\n`);
  if (texts.length > 0)
    await print(context, texts.join(style.stat || style.names ? '' : '\n'), paged);
}

function quietWords(noise: readonly Compared[]): string {
  return `not shown: ${count(noise.length, 'notebook')} with no change but noise`;
}

function toRow(compared: Compared): StatRow {
  const name = nameOf(compared);
  if (compared.kind === 'error')
    return { name, added: 0, removed: 0, outputs: 0, words: compared.error.message };
  return toStatRow(name, compared.diff);
}

function nameOf({ pair: { path, from } }: Compared): string {
  return from === undefined ? path : `${from} → ${path}`;
}

/** A notebook that came or went is one line; the rest is its name and its diff. */
function formatOne(compared: Compared, style: DiffStyle): string {
  const pen = toPen(style.color);
  const name = visible(nameOf(compared));
  if (compared.kind === 'error')
    return `${pen.paint('bold', `══ ${name}`)}\n${visible(compared.error.message)}\n`;
  const { change, diff, opened } = compared;
  if (change === 'added' || change === 'deleted') {
    const cells = change === 'added' ? opened.head.cells : opened.base.cells;
    const sign = change === 'added' ? '+' : '-';
    return `${pen.paint(sign, `══ ${sign} ${name}`)}\n${change}, ${count(cells.length, 'cell')}\n`;
  }
  const title = pen.paint('bold', `══ ${name}${change === 'renamed' ? ', renamed' : ''}`);
  const { color, width, words } = style;
  return `${title}\n${renderText(diff, { color, width, words, ...opened })}`;
}
