/** Bytes as lines of text, in bounded memory whatever comes: invalid UTF-8 becomes U+FFFD, a line that is too long is
 *  cut and says so, a last line without its end is a line too. */

/** Characters of a line that are kept; what follows up to its end is dropped. */
export const MAX_LINE = 64 * 1024;
export const CUT = ` … (cut at ${MAX_LINE} characters)`;

export type Lines = {
  push(bytes: Uint8Array): void;
  /** Nothing more comes: hands out what has no line end yet. */
  end(): void;
};

/** @param onLine gets each line without its end, `\n` or `\r\n`. */
export function splitLines(onLine: (line: string) => void): Lines {
  const decoder = new TextDecoder();
  let line = '';
  let isCut = false;

  const keep = (text: string) => {
    isCut ||= line.length + text.length > MAX_LINE;
    line += text.slice(0, MAX_LINE - line.length);
  };
  const hand = () => {
    // A cut may have split a pair of surrogates.
    const text = isCut ? line.toWellFormed() + CUT : line.replace(/\r$/, '');
    line = '';
    isCut = false;
    onLine(text);
  };
  const take = (text: string) => {
    let from = 0;
    for (let at; (at = text.indexOf('\n', from)) !== -1; from = at + 1) {
      keep(text.slice(from, at));
      hand();
    }
    keep(text.slice(from));
  };

  return {
    push: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end() {
      take(decoder.decode());
      if (line !== '' || isCut) hand();
    },
  };
}
