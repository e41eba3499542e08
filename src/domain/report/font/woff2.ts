/** A WOFF2 file's tables, and the outlines of its glyphs, which WOFF2 stores in a form of their own
 *  (https://www.w3.org/TR/WOFF2/). Browsers read such files by themselves; what draws pictures for mail does not. */
import { brotliDecompressSync } from 'node:zlib';
import { readGlyphs, type Glyph } from './glyphs.ts';
import { Reader } from './reader.ts';

export type Woff2 = {
  readonly table: (tag: string) => Buffer;
  readonly glyphs: readonly Glyph[];
  /** hmtx leaves out the left side bearings: they are in the outlines. */
  readonly bareMetrics: boolean;
};

const SIGNATURE = 0x774f4632;
const HEADER_BYTES = 48;
const NULL_TRANSFORM_OF_GLYF = 3;
// The order of the specification's table of known tags, as far as a tag is needed here by name.
const KNOWN =
  'cmap head hhea hmtx maxp name OS/2 post cvt  fpgm glyf loca prep CFF  VORG EBDT EBLC gasp hdmx kern LTSH PCLT VDMX vhea vmtx BASE GDEF GPOS GSUB EBSC JSTF MATH CBDT CBLC COLR CPAL SVG  sbix acnt avar bdat bloc bsln cvar fdsc feat fmtx fvar gvar hsty just lcar mort morx opbd prop trak Zapf Silf Glat Gloc Feat Sill';

export function readWoff2(file: Buffer): Woff2 {
  const reader = new Reader(file);
  if (reader.u32() !== SIGNATURE) throw new Error('a font file is not WOFF2');
  reader.at = 12;
  const count = reader.u16();
  reader.at = 20;
  const packed = reader.u32();
  reader.at = HEADER_BYTES;
  const entries = Array.from({ length: count }, () => readEntry(reader));
  const body = brotliDecompressSync(file.subarray(reader.at, reader.at + packed));

  const tables = new Map<string, Buffer>();
  let at = 0;
  for (const { tag, bytes } of entries) tables.set(tag, body.subarray(at, (at += bytes)));
  const table = (tag: string) => {
    const found = tables.get(tag);
    if (!found) throw new Error(`a font has no table ${tag}`);
    return found;
  };
  const glyf = entries.find(({ tag }) => tag === 'glyf');
  if (!glyf?.transformed) throw new Error('a font stores its outlines in another form than WOFF2');
  const bareMetrics = entries.some(({ tag, transformed }) => tag === 'hmtx' && transformed);
  return { table, glyphs: readGlyphs(table('glyf')), bareMetrics };
}

function readEntry(reader: Reader) {
  const flags = reader.u8();
  const index = flags & 0x3f;
  const tag = index === 0x3f ? reader.tag() : KNOWN.slice(index * 5, index * 5 + 4);
  const version = flags >> 6;
  const ofOutlines = tag === 'glyf' || tag === 'loca';
  const transformed = ofOutlines ? version !== NULL_TRANSFORM_OF_GLYF : version !== 0;
  const length = reader.base128();
  return { tag, transformed, bytes: transformed ? reader.base128() : length };
}
