/** Numbers of JSON as they were written, where a double would change them: `JSON.rawJSON`, which the types of ES2025 do
 *  not have yet. */

type Raw = {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
};

const raw = JSON as unknown as Raw;

/** A value that JSON.stringify writes as `text`. */
export const rawJson = (text: string): object => raw.rawJSON(text);

export const isRawJson = (value: unknown): boolean => raw.isRawJSON(value);
