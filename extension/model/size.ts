const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes as people read it, in steps of 1000: "812 B", "54 kB", "1.2 MB". */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${String(bytes)} B`;
  let value = bytes;
  let unit = 'B';
  for (const next of UNITS) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 9.95 ? String(Number(value.toFixed(1))) : String(Math.round(value))} ${unit}`;
}
