const DAY = 86_400_000;

const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const secondFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
// Made once: a list asks for the day of thousands of rows, and making a format costs more than using it.
const day = { weekday: 'long', day: 'numeric', month: 'long' } as const;
const dayFormat = new Intl.DateTimeFormat(undefined, day);
const dayOfYearFormat = new Intl.DateTimeFormat(undefined, { ...day, year: 'numeric' });
const shortDay = { day: 'numeric', month: 'short' } as const;
const shortDayFormat = new Intl.DateTimeFormat(undefined, shortDay);
const shortDayOfYearFormat = new Intl.DateTimeFormat(undefined, { ...shortDay, year: 'numeric' });
const fullFormat = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
});

/** The local clock time, "14:32". */
export function formatClock(time: string): string {
  return clockFormat.format(new Date(time));
}

/** The local clock time with seconds, "14:32:05". */
export function formatSeconds(time: string): string {
  return secondFormat.format(new Date(time));
}

/** Date and time with seconds and zone, for tooltips. */
export function formatFullTime(time: string): string {
  return fullFormat.format(new Date(time));
}

/** The heading of a local day: "Today", "Yesterday", else its date (with the year when it is another). */
export function formatDay(time: string, now: number): string {
  const date = new Date(time);
  const days = Math.round((startOfDay(now) - startOfDay(date.getTime())) / DAY);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return (isSameYear(date, now) ? dayFormat : dayOfYearFormat).format(date);
}

/** The clock time of today, else the short date with it: "14:32", "3 Mar 14:32". */
export function formatMoment(time: string, now: number): string {
  const date = new Date(time);
  if (startOfDay(date.getTime()) === startOfDay(now)) return formatClock(time);
  return `${formatDate(time, now)} ${formatClock(time)}`;
}

/** The short date: "3 Mar", of another year "3 Mar 2025". */
export function formatDate(time: string, now: number): string {
  const date = new Date(time);
  return (isSameYear(date, now) ? shortDayFormat : shortDayOfYearFormat).format(date);
}

/** How long ago a moment was (milliseconds since 1970): "just now", "12 s ago", "5 min ago", "3 h ago", "2 d ago". */
export function formatAgo(time: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - time) / 1000));
  if (seconds < 2) return 'just now';
  if (seconds < 60) return `${String(seconds)} s ago`;
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${String(Math.floor(seconds / 3600))} h ago`;
  return `${String(Math.floor(seconds / 86_400))} d ago`;
}

function isSameYear(date: Date, now: number): boolean {
  return date.getFullYear() === new Date(now).getFullYear();
}

function startOfDay(time: number): number {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
