/** A table as read from HTML: texts of its header rows and body rows, spans filled in. */
export interface Table {
  /** One name a column; the names of several header rows are joined by " / ". */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** How many columns at the left name the row. */
  readonly labels: number;
  /** What the HTML says outside the table, tags left out. */
  readonly around: string;
}

const MAX_CELLS = 200_000;
const MAX_SPAN = 1000;
// No tag reaches over the next "<": so hostile text without an end costs no second look.
const TAG = /<(\/?)(table|thead|tbody|tfoot|tr|th|td|caption)\b([^<>]*)>/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  times: '×',
  hellip: '…',
};

function decode(html: string): string {
  return html.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, (whole, name: string) => {
    if (name.startsWith('#')) {
      const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    }
    const key = name.toLowerCase();
    return Object.hasOwn(ENTITIES, key) ? (ENTITIES[key] ?? whole) : whole;
  });
}

const UNSHOWN: readonly (readonly [string, string])[] = [
  ['<!--', '-->'],
  ['<style', '</style'],
  ['<script', '</script'],
];

/** HTML without what lies between two words; where the second is missing, without all the rest. */
function cutOut(html: string, [start, end]: readonly [string, string]): string {
  const lower = html.toLowerCase();
  let from = lower.indexOf(start);
  if (from < 0) return html;
  let kept = '';
  let at = 0;
  while (from >= 0) {
    kept += html.slice(at, from);
    const stop = lower.indexOf(end, from);
    if (stop < 0) return kept;
    const close = html.indexOf('>', stop);
    at = close < 0 ? html.length : close + 1;
    from = lower.indexOf(start, at);
  }
  return kept + html.slice(at);
}

/** The text of HTML as a reader sees it: no tags, styles or comments, blanks joined. */
export function htmlText(html: string): string {
  if (!html.includes('<')) return decode(html).replace(/\s+/g, ' ').trim();
  const bare = UNSHOWN.reduce(cutOut, html).replace(/<[^<>]*>/g, ' ');
  return decode(bare).replace(/\s+/g, ' ').trim();
}

function spanOf(attributes: string, name: 'colspan' | 'rowspan'): number {
  const match = new RegExp(`\\b${name}\\s*=\\s*["']?(\\d{1,4})`, 'i').exec(attributes);
  return Math.min(MAX_SPAN, Math.max(1, Number(match?.[1] ?? 1)));
}

interface Row {
  readonly header: boolean;
  readonly cells: string[];
  /** Leading cells that are headings. */
  labels: number;
}

/** Reads HTML that is one table with little around it; undefined for anything else. */
export function readTable(html: string): Table | undefined {
  const start = html.search(/<table\b/i);
  const end = html.toLowerCase().lastIndexOf('</table');
  if (start < 0 || end < start) return undefined;
  const inner = html.slice(start, end);
  if (/<table\b/i.test(inner.slice(6)) || /<(?:img|svg|canvas|video|iframe)\b/i.test(html))
    return undefined;
  const rows = readRows(inner);
  const body = rows?.filter((row) => !row.header && row.cells.length > 0);
  if (rows === undefined || body === undefined || body.length === 0) return undefined;
  const heads = rows.filter((row) => row.header);
  const width = Math.max(...rows.map((row) => row.cells.length));
  const columns = Array.from({ length: width }, (_, i) => {
    const names = heads.flatMap((row) => (row.cells[i] ?? '') || []);
    return [...new Set(names)].join(' / ');
  });
  return {
    columns,
    rows: body.map((row) => columns.map((_, i) => row.cells[i] ?? '')),
    labels: Math.min(width, Math.max(...body.map((row) => row.labels))),
    around: htmlText(`${html.slice(0, start)} ${html.slice(end).replace(/^<\/table[^>]*>/i, '')}`),
  };
}

function readRows(html: string): Row[] | undefined {
  const rows: Row[] = [];
  const hanging: { text: string; rows: number }[] = [];
  let inHead = false;
  let row: Row | undefined;
  let cell: { from: number; heading: boolean; attributes: string } | undefined;
  let total = 0;
  let allHeadings = true;
  const place = (text: string) => {
    if (row !== undefined) row.cells.push(text);
    total++;
  };
  const placeHanging = () => {
    for (
      let above = hanging[row?.cells.length ?? 0];
      above !== undefined && above.rows > 0;
      above = hanging[row?.cells.length ?? 0]
    ) {
      above.rows--;
      place(above.text);
    }
  };
  const endCell = (at: number) => {
    if (cell === undefined || row === undefined) return;
    const text = htmlText(html.slice(cell.from, at));
    placeHanging();
    if (cell.heading && row.labels === row.cells.length)
      row.labels += spanOf(cell.attributes, 'colspan');
    if (!cell.heading) allHeadings = false;
    const below = spanOf(cell.attributes, 'rowspan') - 1;
    for (let n = spanOf(cell.attributes, 'colspan'); n > 0; n--) {
      hanging[row.cells.length] = { text, rows: below };
      place(text);
    }
    cell = undefined;
  };
  const endRow = (at: number) => {
    if (row === undefined) return;
    endCell(at);
    placeHanging();
    if (row.cells.length > 0)
      rows.push({ ...row, header: inHead || (allHeadings && rows.every((other) => other.header)) });
    row = undefined;
  };
  for (const match of html.matchAll(TAG)) {
    const [, slash, name = '', attributes = ''] = match;
    const [tag, closing, at] = [name.toLowerCase(), slash === '/', match.index];
    if (tag === 'th' || tag === 'td') {
      endCell(at);
      row ??= { header: false, cells: [], labels: 0 };
      if (!closing) cell = { from: at + match[0].length, heading: tag === 'th', attributes };
    } else if (tag !== 'caption') {
      endRow(at);
      allHeadings = true;
      if (tag === 'tr' && !closing) row = { header: false, cells: [], labels: 0 };
      else if (tag !== 'tr') inHead = tag === 'thead' && !closing;
    }
    if (total > MAX_CELLS) return undefined;
  }
  endRow(html.length);
  return rows;
}
