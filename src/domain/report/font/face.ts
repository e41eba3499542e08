/** One font file: which characters it has, how wide they are, and their outlines as SVG paths. */
import { readFileSync } from 'node:fs';
import type { Glyph, Part, Point } from './glyphs.ts';
import { Reader } from './reader.ts';
import { readWoff2 } from './woff2.ts';

export type Face = {
  /** In em; undefined: it has no such character. */
  advance(codePoint: number): number | undefined;
  /** SVG path data of the character with its origin at x, y. */
  path(codePoint: number, x: number, y: number, fontSize: number): string;
};

export function readFace(file: string): Face {
  const { table, glyphs, bareMetrics } = readWoff2(readFileSync(file));
  const em = table('head').readUInt16BE(18);
  const widths = table('hhea').readUInt16BE(34);
  const hmtx = table('hmtx');
  const width = (glyph: number) => {
    const index = Math.min(glyph, widths - 1);
    // The first byte tells which bearings were left out; both must be for the widths to lie side by side.
    return bareMetrics ? hmtx.readUInt16BE(1 + index * 2) : hmtx.readUInt16BE(index * 4);
  };
  const characters = readCharacters(table('cmap'));
  return {
    advance(codePoint) {
      const glyph = characters.get(codePoint);
      return glyph === undefined ? undefined : width(glyph) / em;
    },
    path(codePoint, x, y, fontSize) {
      const glyph = characters.get(codePoint);
      if (glyph === undefined) return '';
      const scale = fontSize / em;
      return contoursOf(glyphs, glyph)
        .map((contour) =>
          drawn(contour.map((p) => ({ x: x + p.x * scale, y: y - p.y * scale, on: p.on }))),
        )
        .join('');
    },
  };
}

function readCharacters(cmap: Buffer): Map<number, number> {
  const found = new Map<number, number>();
  const tables = cmap.readUInt16BE(2);
  for (let index = 0; index < tables; index += 1) {
    const at = cmap.readUInt32BE(4 + index * 8 + 4);
    const format = cmap.readUInt16BE(at);
    if (format === 4) readSegments(cmap, at, found);
    if (format === 12) readGroups(cmap, at, found);
  }
  return found;
}

function readSegments(cmap: Buffer, at: number, into: Map<number, number>): void {
  const bytes = cmap.readUInt16BE(at + 6);
  const [ends, starts] = [at + 14, at + 16 + bytes];
  for (let offset = 0; offset < bytes; offset += 2) {
    const end = cmap.readUInt16BE(ends + offset);
    const delta = cmap.readUInt16BE(starts + bytes + offset);
    const rangeAt = starts + 2 * bytes + offset;
    const range = cmap.readUInt16BE(rangeAt);
    const start = cmap.readUInt16BE(starts + offset);
    for (let code = start; code <= end && code !== 0xffff; code += 1) {
      const raw = range === 0 ? code : cmap.readUInt16BE(rangeAt + range + (code - start) * 2);
      const glyph = raw === 0 && range !== 0 ? 0 : (raw + delta) & 0xffff;
      if (glyph !== 0) into.set(code, glyph);
    }
  }
}

function readGroups(cmap: Buffer, at: number, into: Map<number, number>): void {
  const reader = new Reader(cmap, at + 12);
  for (let left = reader.u32(); left > 0; left -= 1) {
    const [start, end, glyph] = [reader.u32(), reader.u32(), reader.u32()];
    for (let code = start; code <= end; code += 1) into.set(code, glyph + code - start);
  }
}

function contoursOf(glyphs: readonly Glyph[], index: number, depth = 0): readonly Point[][] {
  const glyph = glyphs[index];
  if (!glyph || depth > 6) return [];
  if (glyph.parts.length === 0) return glyph.contours;
  return glyph.parts.flatMap(({ glyph: part, matrix }) =>
    contoursOf(glyphs, part, depth + 1).map((contour) => contour.map((p) => moved(p, matrix))),
  );
}

function moved({ x, y, on }: Point, [a, b, c, d, e, f]: Part['matrix']): Point {
  return { x: a * x + c * y + e, y: b * x + d * y + f, on };
}

const n = (value: number) => String(Math.round(value * 100) / 100);
const middle = (a: Point, b: Point): Point => ({
  x: (a.x + b.x) / 2,
  y: (a.y + b.y) / 2,
  on: true,
});

/** TrueType's way: between two points beside the line lies one on it. */
function drawn(contour: readonly Point[]): string {
  const [first] = contour;
  if (!first) return '';
  const last = contour.at(-1)!;
  const start = first.on ? first : last.on ? last : middle(last, first);
  let path = `M${n(start.x)} ${n(start.y)}`;
  const rest = first.on ? contour.slice(1) : contour;
  let control: Point | undefined;
  for (const point of [...rest, start]) {
    if (!control) {
      if (point.on) path += `L${n(point.x)} ${n(point.y)}`;
      else control = point;
      continue;
    }
    const to = point.on ? point : middle(control, point);
    path += `Q${n(control.x)} ${n(control.y)} ${n(to.x)} ${n(to.y)}`;
    control = point.on ? undefined : point;
  }
  return `${path}Z`;
}
