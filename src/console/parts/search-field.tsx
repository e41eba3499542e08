/** A field to find something by words: told once one stops typing, at once with Enter. */
import { useEffect, useRef, useState } from 'react';
import { inputClass } from './field.tsx';
import { Icon } from './icon.tsx';
import styles from './search-field.module.css';

// Until a word is finished.
const TYPING_MS = 250;
const MAX_TEXT = 200;

export function SearchField({
  label,
  placeholder,
  text,
  onText,
}: {
  /** For screen readers. */
  label: string;
  placeholder: string;
  /** What is looked for; it may change by Back or by a link. */
  text: string;
  onText: (text: string) => void;
}) {
  const [typed, setTyped] = useState(text);
  const told = useRef(text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    // Not by what is being typed.
    if (text !== told.current) setTyped(text);
    told.current = text;
  }, [text]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (words: string, ms: number) => {
    setTyped(words);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const next = words.trim();
      if (next === told.current) return;
      told.current = next;
      onText(next);
    }, ms);
  };
  return (
    <div className={styles['search']}>
      <Icon name="search" />
      <input
        type="search"
        className={inputClass}
        aria-label={label}
        placeholder={placeholder}
        value={typed}
        maxLength={MAX_TEXT}
        onChange={(event) => type(event.target.value, TYPING_MS)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          // Within a form it looks for something, and sends nothing.
          event.preventDefault();
          type(typed, 0);
        }}
      />
    </div>
  );
}
