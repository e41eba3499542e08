/** Names of lanes are reached from their marks: left of the first stands the name, up and down stand the others. So the
 *  whole picture has one tab stop, however many scenarios it shows. Names carry `data-name`, the key of their lane. */
import type { KeyboardEvent } from 'react';

export function onNameKeys(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  const at = event.target as Element;
  const next = nextOf(at, event.key, event.currentTarget);
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}

type Focusable = HTMLElement | SVGElement;

function nextOf(at: Element, key: string, box: Element): Focusable | null {
  const name = at.closest('[data-name]');
  if (!name) {
    const lane = at.closest('[data-lane]')?.getAttribute('data-lane');
    if (key !== 'ArrowLeft' || lane == null) return null;
    return box.querySelector<Focusable>(`[data-name="${CSS.escape(lane)}"]`);
  }
  const lane = name.getAttribute('data-name') ?? '';
  if (key === 'ArrowRight')
    return box.querySelector<Focusable>(`[data-lane="${CSS.escape(lane)}"] [data-mark]`);
  const names = [...box.querySelectorAll<Focusable>('[data-name]')];
  const index = names.indexOf(name as Focusable);
  if (key === 'ArrowDown') return names[index + 1] ?? null;
  if (key === 'ArrowUp') return names[index - 1] ?? null;
  return null;
}
