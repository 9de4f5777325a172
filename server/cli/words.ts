import type { MetricValue } from '../../contract/bundle.js';
import type { Snapshot } from '../../contract/snapshot.js';

/** Enough of an id to name it: its time and six random characters (see store/ids). */
export function shortId(id: string): string {
  return id.slice(0, 16);
}

export function formatValue(value: MetricValue): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : value;
}

export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = bytes / 1000;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit] ?? 'TB'}`;
}

/** A time as the person's clock has it: "2026-11-23 14:32", with seconds where they are asked for. */
export function formatTime(time: string, precision: 'minutes' | 'seconds' = 'minutes'): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const seconds = precision === 'seconds' ? `:${two(date.getSeconds())}` : '';
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}${seconds}`;
}

/** What happened, in the words of the history panel: "run all, clean". */
export function describeSnapshot(snapshot: Snapshot): string {
  const words: Record<Snapshot['trigger'], string> = {
    burst: 'run',
    'run-all': 'run all',
    save: 'save',
    manual: snapshot.restored === null ? 'snapshot' : `restored ${shortId(snapshot.restored)}`,
    'before-restore': 'before a restore',
    import: 'import',
    rerun: 'run again',
  };
  const clean = snapshot.clean === null ? '' : snapshot.clean ? ', clean' : ', not clean';
  return words[snapshot.trigger] + clean;
}

/** Text from people and notebooks must not steer the terminal. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;

/** Wraps text in colour where colour is wanted. */
export function paint(color: boolean, code: keyof typeof CODES, text: string): string {
  return color ? `\u001b[${CODES[code]}m${text}\u001b[0m` : text;
}

/** "1 version", "2 versions". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
