/** Which scenarios fire this one when they succeed. */
import { useId, useState } from 'react';
import { inputClass } from '../../../parts/field.tsx';
import { useSpot } from './editing.tsx';
import styles from './form.module.css';

export type Sibling = { readonly id: string; readonly slug: string; readonly name: string };

// From here on one searches.
const MANY = 10;

export function UpstreamField({ siblings }: { siblings: readonly Sibling[] }) {
  const { value, set, problem, readOnly, ...rest } = useSpot(['trigger', 'upstream']);
  const [sought, setSought] = useState('');
  const id = useId();
  const chosen = Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  const known = new Set(siblings.map(({ slug }) => slug));
  const needle = sought.trim().toLowerCase();
  const entries = [
    ...chosen
      .filter((slug) => !known.has(slug))
      .map((slug) => ({ slug, name: `${slug} (there is none)` })),
    ...siblings,
  ].filter(({ slug, name }) => `${slug} ${name}`.toLowerCase().includes(needle));
  const toggle = (slug: string, on: boolean) =>
    set(on ? [...chosen, slug] : chosen.filter((each) => each !== slug));
  return (
    <fieldset className={styles['upstreams']} aria-describedby={problem ? id : undefined}>
      <legend>Fires on the success of</legend>
      {siblings.length > MANY && (
        <input
          className={inputClass}
          type="search"
          aria-label="Search scenarios"
          placeholder="Search"
          value={sought}
          onChange={(event) => setSought(event.target.value)}
        />
      )}
      <ul {...rest} tabIndex={-1}>
        {entries.map(({ slug, name }) => (
          <li key={slug}>
            <label>
              <input
                type="checkbox"
                checked={chosen.includes(slug)}
                disabled={readOnly}
                onChange={(event) => toggle(slug, event.target.checked)}
              />
              <span>{name}</span> <code>{slug}</code>
            </label>
          </li>
        ))}
        {entries.length === 0 && <li className={styles['note']}>No other scenario is there.</li>}
      </ul>
      {problem && (
        <p id={id} className={styles['problem']}>
          {problem}
        </p>
      )}
    </fieldset>
  );
}
