/** Light, dark, or as the reader's system has it. */
import { createStore, useStore } from '../live/store.ts';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'hf-theme';
const stored = localStorage.getItem(KEY);
const theme = createStore<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');

function show(value: Theme) {
  if (value === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = value;
}

show(theme.get());

export const useTheme = (): Theme => useStore(theme);

export function chooseTheme(value: Theme): void {
  localStorage.setItem(KEY, value);
  theme.set(value);
  show(value);
}
