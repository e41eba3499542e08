/** The outlines of a WOFF2's glyphs: points by contour, or parts that are other glyphs, moved and stretched.
 *  Seven streams lie beside each other, each read a little further by each glyph. */
import { Reader } from './reader.ts';

export type Point = { readonly x: number; readonly y: number; readonly on: boolean };
export type Part = {
  readonly glyph: number;
  /** a b c d e f: x' = a·x + c·y + e, y' = b·x + d·y + f */
  readonly matrix: readonly [number, number, number, number, number, number];
};
export type Glyph = { readonly contours: readonly Point[][]; readonly parts: readonly Part[] };

const COMPOSITE = 0xffff;
const HEADER_BYTES = 36;
const NOTHING: Glyph = { contours: [], parts: [] };

type Streams = Record<'contours' | 'points' | 'flags' | 'coordinates' | 'parts', Reader>;

export function readGlyphs(table: Buffer): Glyph[] {
  const header = new Reader(table, 4);
  const count = header.u16();
  header.at = 8;
  let at = HEADER_BYTES;
  const stream = () => {
    const from = at;
    return new Reader(table.subarray(from, (at += header.u32())));
  };
  const streams: Streams = {
    contours: stream(),
    points: stream(),
    flags: stream(),
    coordinates: stream(),
    parts: stream(),
  };
  return Array.from({ length: count }, () => readGlyph(streams));
}

function readGlyph(streams: Streams): Glyph {
  const count = streams.contours.u16();
  if (count === 0) return NOTHING;
  if (count === COMPOSITE) return { contours: [], parts: readParts(streams) };
  const sizes = Array.from({ length: count }, () => streams.points.short());
  let [x, y] = [0, 0];
  const contours = sizes.map((size) =>
    Array.from({ length: size }, () => {
      const flag = streams.flags.u8();
      const [dx, dy] = step(flag & 0x7f, streams.coordinates);
      x += dx;
      y += dy;
      return { x, y, on: (flag & 0x80) === 0 };
    }),
  );
  // How many instructions there are; they lie elsewhere, and nothing here is hinted.
  streams.coordinates.short();
  return { contours, parts: [] };
}

const signed = (flag: number, value: number) => (flag & 1 ? value : -value);

/** From one point to the next: the flag says how many bytes hold it, and how. */
function step(flag: number, bytes: Reader): [number, number] {
  if (flag < 10) return [0, signed(flag, ((flag & 14) << 7) + bytes.u8())];
  if (flag < 20) return [signed(flag, (((flag - 10) & 14) << 7) + bytes.u8()), 0];
  if (flag < 84) {
    const [form, byte] = [flag - 20, bytes.u8()];
    const dx = signed(flag, 1 + (form & 0x30) + (byte >> 4));
    return [dx, signed(flag >> 1, 1 + ((form & 0x0c) << 2) + (byte & 0x0f))];
  }
  if (flag < 120) {
    const form = flag - 84;
    const dx = signed(flag, 1 + (Math.floor(form / 12) << 8) + bytes.u8());
    return [dx, signed(flag >> 1, 1 + (((form % 12) >> 2) << 8) + bytes.u8())];
  }
  if (flag < 124) {
    const [first, second, third] = [bytes.u8(), bytes.u8(), bytes.u8()];
    const dx = signed(flag, (first << 4) + (second >> 4));
    return [dx, signed(flag >> 1, ((second & 0x0f) << 8) + third)];
  }
  const dx = signed(flag, bytes.u16());
  return [dx, signed(flag >> 1, bytes.u16())];
}

const HAS = { words: 1, offsets: 2, scale: 8, more: 0x20, two: 0x40, four: 0x80, code: 0x100 };

function readParts({ parts: bytes, coordinates }: Streams): Part[] {
  const parts: Part[] = [];
  const fraction = () => bytes.i16() / 0x4000;
  const small = () => (bytes.u8() << 24) >> 24;
  let hasCode = false;
  for (let flags = HAS.more; flags & HAS.more;) {
    flags = bytes.u16();
    const glyph = bytes.u16();
    const [first, second] = flags & HAS.words ? [bytes.i16(), bytes.i16()] : [small(), small()];
    // Otherwise they number points that are to meet, which no font here does.
    const [e, f] = flags & HAS.offsets ? [first, second] : [0, 0];
    let [a, b, c, d] = [1, 0, 0, 1];
    if (flags & HAS.scale) a = d = fraction();
    else if (flags & HAS.two) [a, d] = [fraction(), fraction()];
    else if (flags & HAS.four) [a, b, c, d] = [fraction(), fraction(), fraction(), fraction()];
    parts.push({ glyph, matrix: [a, b, c, d, e, f] });
    hasCode ||= (flags & HAS.code) !== 0;
  }
  if (hasCode) coordinates.short();
  return parts;
}
