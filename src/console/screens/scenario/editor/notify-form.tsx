/** Who is told, and how. */
import { Field } from '../../../parts/field.tsx';
import type { Path } from './configuration.ts';
import { useSpot } from './editing.tsx';
import { ListField, NumberField, TextField, YesNoField } from './fields.tsx';
import styles from './form.module.css';

export function NotifyForm({ at }: { at: Path }) {
  const mail = useSpot([...at, 'mail']);
  const isList = Array.isArray(mail.value);
  const chosen = !isList ? 'owner' : (mail.value as unknown[]).length > 0 ? 'these' : 'nobody';
  return (
    <div className={styles['pair']}>
      <Field label="By mail">
        {(given) => (
          <select
            {...given}
            value={chosen}
            disabled={mail.readOnly}
            onChange={({ target: { value } }) =>
              mail.set(
                value === 'owner' ? undefined : value === 'nobody' ? [] : ['name@example.com'],
              )
            }
          >
            <option value="owner">The owner (default)</option>
            <option value="these">These addresses</option>
            <option value="nobody">Nobody</option>
          </select>
        )}
      </Field>
      {chosen === 'these' && (
        <ListField at={[...at, 'mail']} label="Addresses" help="With commas between them." />
      )}
      <TextField
        at={[...at, 'webhook']}
        label="Webhook"
        placeholder="none"
        help="Called besides, by POST with JSON."
      />
      <NumberField
        at={[...at, 'after_failures']}
        label="After so many failures"
        placeholder="1"
        help="In a row."
      />
      <YesNoField at={[...at, 'recovery']} label="The recovery too" byDefault />
    </div>
  );
}
