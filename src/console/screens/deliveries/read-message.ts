/** A stored message, read with care: it is JSON, and older servers wrote less into it. */
import type { ListedFile } from '../../parts/file-list.tsx';

type Attachment = {
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly attached: boolean;
};

export type StoredMessage = {
  readonly from: string | null;
  readonly text: string;
  /** Whose files they are; null where that is not known. */
  readonly run: number | null;
  readonly pos: number | null;
  readonly attachments: readonly Attachment[];
};

type Loose = Readonly<Record<string, unknown>>;
const numberOf = (value: unknown) => (typeof value === 'number' ? value : null);

export function readMessage(stored: unknown): StoredMessage | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { from, text, run, pos, attachments } = stored as Loose;
  return {
    from: typeof from === 'string' ? from : null,
    text: typeof text === 'string' ? text : '',
    run: numberOf(run),
    pos: numberOf(pos),
    attachments: Array.isArray(attachments) ? (attachments as Attachment[]) : [],
  };
}

/** Its attachments, where they are to be had. */
export function filesOf({ run, pos, attachments }: StoredMessage): ListedFile[] {
  return attachments.map(({ name, mediaType, size, attached }) => {
    const path =
      run === null
        ? null
        : `/api/scheduler/runs/${run}/artifacts/${encodeURIComponent(name)}?pos=${pos ?? 0}`;
    return {
      name,
      size,
      path,
      inlinePath: path !== null && mediaType === 'application/pdf' ? `${path}&inline=true` : null,
      ...(!attached && { note: 'too large: a link took its place' }),
    };
  });
}
