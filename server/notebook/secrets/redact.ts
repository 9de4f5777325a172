import type { Finding } from './scan.js';

/** What stands where a secret stood. */
export function redactionMark(rule: string): string {
  return `[redacted: ${rule}]`;
}

/** The file with each secret's text replaced by its mark; every other byte is as it was. */
export function redact(bytes: Uint8Array, findings: readonly Finding[]): Uint8Array {
  if (findings.length === 0) return bytes;
  const edits = findings.flatMap(({ rule, bytes: stretches }) =>
    stretches.map(({ start, end }, index) => ({
      start,
      end,
      // One mark stands for all: the strings behind the first lose their part.
      mark: index === 0 ? redactionMark(rule) : '',
    })),
  );
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, mark } of edits.sort((a, b) => a.start - b.start)) {
    parts.push(bytes.subarray(at, start), Buffer.from(mark));
    at = end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}
