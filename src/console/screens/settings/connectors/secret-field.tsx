/** A secret: it goes in and never comes out. What is kept may be replaced or removed. */
import { useEffect, useRef } from 'react';
import { Button } from '../../../parts/button.tsx';
import { Field } from '../../../parts/field.tsx';
import { Icon } from '../../../parts/icon.tsx';
import type { SchemaField } from './schema-fields.ts';
import type { Secret } from './use-connector-draft.ts';
import styles from './connectors.module.css';

export function SecretField({
  field: { name, label, help, required },
  kept,
  alone,
  secret,
  problem,
  onChange,
}: {
  field: SchemaField;
  /** Secrets are kept for the connector. */
  kept: boolean;
  /** It is the only one of its type, so it is the one that is kept. */
  alone: boolean;
  secret: Secret;
  problem: string | null;
  onChange: (secret: Secret) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const isAsked = kept && secret.to === 'replace';
  useEffect(() => {
    if (isAsked) input.current?.focus();
  }, [isAsked]);
  if (kept && secret.to !== 'replace') {
    const isLeaving = secret.to === 'remove';
    return (
      <div className={styles['secret']}>
        <span>
          <b>{label}</b>
          <em data-leaving={isLeaving || undefined}>
            {isLeaving ? 'goes when you save' : alone ? 'set' : 'may be set'}
          </em>
        </span>
        <div>
          {isLeaving ? (
            <Button aria-label={`Keep ${label}`} onClick={() => onChange({ to: 'keep' })}>
              Keep it
            </Button>
          ) : (
            <>
              <Button
                icon={<Icon name="edit" />}
                aria-label={`Replace ${label}`}
                onClick={() => onChange({ to: 'replace', text: '' })}
              >
                Replace
              </Button>
              {!required && (
                <Button
                  kind="quiet"
                  icon={<Icon name="bin" />}
                  aria-label={`Remove ${label}`}
                  onClick={() => onChange({ to: 'remove' })}
                >
                  Remove
                </Button>
              )}
            </>
          )}
        </div>
      </div>
    );
  }
  return (
    <div className={styles['replacing']}>
      <Field label={label} help={help || undefined} problem={problem}>
        {(given) => (
          <input
            {...given}
            data-secret={name}
            type="password"
            required={required && !kept}
            // A browser's own password is none of the connector's.
            autoComplete="new-password"
            ref={input}
            value={secret.to === 'replace' ? secret.text : ''}
            onChange={(event) => onChange({ to: 'replace', text: event.target.value })}
          />
        )}
      </Field>
      {kept && (
        <Button aria-label={`Keep ${label}`} onClick={() => onChange({ to: 'keep' })}>
          Keep the old one
        </Button>
      )}
    </div>
  );
}
