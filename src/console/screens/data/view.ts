/** Which part of a picture is seen, and how large. Pure. */
import type { Box } from './flow-layout.ts';

/** The picture's own origin in the frame, in CSS px, and its scale. */
export type View = { readonly x: number; readonly y: number; readonly k: number };

const SMALLEST = 0.25;
const LARGEST = 2;
// Below this, words cannot be read: rather a part of the picture.
const READABLE = 0.7;
const HEIGHT = { least: 180, most: 620 };

/** All of it, or what can be read of it from the upper left. */
export function fitted(
  { width, height }: { readonly width: number; readonly height: number },
  frame: number,
  pad: number,
): { readonly view: View; readonly height: number } {
  const k = Math.min(1, Math.max(READABLE, (frame - 2 * pad) / width));
  const tall = Math.min(HEIGHT.most, Math.max(HEIGHT.least, height * k + 2 * pad));
  const x = Math.max(pad, (frame - width * k) / 2);
  const y = Math.max(pad, (tall - height * k) / 2);
  return { view: { x, y, k }, height: Math.round(tall) };
}

export const moved = ({ x, y, k }: View, dx: number, dy: number): View => ({
  x: x + dx,
  y: y + dy,
  k,
});

/** What lies under the point stays there. */
export function zoomed(
  view: View,
  by: number,
  at: { readonly x: number; readonly y: number },
): View {
  const k = Math.min(LARGEST, Math.max(SMALLEST, view.k * by));
  const share = k / view.k;
  return { k, x: at.x - (at.x - view.x) * share, y: at.y - (at.y - view.y) * share };
}

const EDGE = 12;

/** Moved no further than it takes to see the box whole. */
export function seen(view: View, box: Box, size: { readonly w: number; readonly h: number }): View {
  const left = view.x + box.x * view.k;
  const top = view.y + box.y * view.k;
  const right = left + box.w * view.k;
  const bottom = top + box.h * view.k;
  const shift = (from: number, to: number, room: number) =>
    from < EDGE ? EDGE - from : to > room - EDGE ? room - EDGE - to : 0;
  return moved(view, shift(left, right, size.w), shift(top, bottom, size.h));
}
