const PNG_SIGNATURE = '89504e470d0a1a0a';
/** Chunks that say when and by what a picture was written, not what it shows. */
const PNG_REMARKS: ReadonlySet<string> = new Set(['tEXt', 'zTXt', 'iTXt', 'tIME', 'eXIf']);

/** The chunks of a PNG that decide what is seen, joined; undefined when the bytes are no whole PNG. */
function shownChunks(bytes: Buffer): Buffer | undefined {
  if (bytes.subarray(0, 8).toString('hex') !== PNG_SIGNATURE) return undefined;
  const shown: Buffer[] = [];
  for (let at = 8; at < bytes.length;) {
    if (at + 12 > bytes.length) return undefined;
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    if (!PNG_REMARKS.has(bytes.toString('latin1', at + 4, at + 8)))
      shown.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(shown);
}

/** True for two base64 texts of PNGs that differ only in remarks such as the time or the program that wrote them. */
export function isSamePng(base: string, head: string): boolean {
  const [a, b] = [base, head].map((text) => shownChunks(Buffer.from(text, 'base64')));
  return a !== undefined && b !== undefined && a.equals(b);
}

/** Width and height in pixels as a picture's head says; undefined where it does not (PNG, GIF and JPEG are known). */
export function pictureSize(base64: string): { width: number; height: number } | undefined {
  const bytes = Buffer.from(base64.slice(0, 200_000), 'base64');
  if (bytes.length >= 24 && bytes.subarray(0, 8).toString('hex') === PNG_SIGNATURE)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (bytes.length >= 10 && /^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6)))
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  return jpegSize(bytes);
}

function jpegSize(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= bytes.length;) {
    const marker = bytes.readUInt16BE(at);
    // Frame headers: SOF0 to SOF15 but the tables DHT, JPG and DAC among them.
    const isFrame =
      marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    if (marker >> 8 !== 0xff) return undefined;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
