/** Light, dark, or as the reader's system has it. */
import { createStore, useStore } from '../live/store.ts';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'hf-theme';
const stored = readStored();
const theme = createStore<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');

function show(value: Theme) {
  if (value === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = value;
}

show(theme.get());

/** The tile stands in frames of other sites, where a browser may refuse storage altogether. */
function readStored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export const useTheme = (): Theme => useStore(theme);

export function chooseTheme(value: Theme): void {
  localStorage.setItem(KEY, value);
  theme.set(value);
  show(value);
}
