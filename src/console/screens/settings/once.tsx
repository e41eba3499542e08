/** A secret that is shown this once: ready to be copied, by the keyboard too. */
import { useEffect, useId, useRef } from 'react';
import { CopyButton } from '../../parts/copy-button.tsx';
import { inputClass } from '../../parts/field.tsx';
import { Icon } from '../../parts/icon.tsx';
import styles from './once.module.css';

/** @param label what it is. @param warning what follows from its being shown only once. */
export function Once({ label, text, warning }: { label: string; text: string; warning: string }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  // It takes the place of the form that asked for it, and its focus.
  useEffect(() => field.current?.select(), []);
  return (
    <div className={styles['once']}>
      <label htmlFor={id}>{label}</label>
      <div className={styles['line']}>
        <input
          ref={field}
          id={id}
          readOnly
          className={inputClass}
          value={text}
          aria-describedby={`${id}-warning`}
          onFocus={(event) => event.target.select()}
          spellCheck={false}
        />
        <CopyButton text={() => text} />
      </div>
      <p id={`${id}-warning`} className={styles['warning']}>
        <Icon name="warn" />
        <span>{warning}</span>
      </p>
    </div>
  );
}
