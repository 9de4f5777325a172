/** What is tried on larger things takes too long: eight tries for each byte. */
const MOST_BYTES = 4 * 1024;

/**
 * Finds what bytes were before one bit of them was flipped, as failing memory and old disks do: each bit is tried until `read` gives
 * something. Undefined for bytes that are too many, or damaged otherwise. They are as they were afterwards.
 */
export async function mendBit<Result>(
  bytes: Buffer,
  read: (tried: Buffer) => Promise<Result | undefined> | Result | undefined,
): Promise<Result | undefined> {
  if (bytes.length > MOST_BYTES) return undefined;
  const tried = Buffer.from(bytes);
  for (let at = 0; at < tried.length; at += 1)
    for (let bit = 1; bit < 256; bit <<= 1) {
      tried[at] = (tried[at] ?? 0) ^ bit;
      const found = await read(tried);
      if (found !== undefined) return found;
      tried[at] = (tried[at] ?? 0) ^ bit;
    }
  return undefined;
}
