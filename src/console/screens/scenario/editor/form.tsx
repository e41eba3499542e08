/** The configuration as a form. Whatever it cannot show is left as it is. */
import { useEditing, useSpot } from './editing.tsx';
import { isRecord } from './configuration.ts';
import { LongTextField, TextField, YesNoField } from './fields.tsx';
import { PoliciesForm } from './policies-form.tsx';
import { Section } from './section.tsx';
import { StepsForm } from './steps-form.tsx';
import { TriggerForm, type TriggerPlace } from './trigger-form.tsx';
import styles from './form.module.css';

export function ConfigurationForm({ place }: { place: TriggerPlace }) {
  const { configuration } = useEditing();
  if (!isRecord(configuration)) return null;
  return (
    <div className={styles['form']}>
      <Section title="What it is">
        <div className={styles['pair']}>
          <TextField at={['name']} label="Name" required />
          <TextField
            at={['slug']}
            label="Slug"
            mono
            placeholder="made from the name"
            help="By it others name it, and addresses."
          />
        </div>
        <LongTextField at={['description']} label="Description" placeholder="For people." />
        <YesNoField
          at={['enabled']}
          label="Switch"
          byDefault
          yes="On: its trigger fires"
          no="Off: it runs only when asked"
          help="A pause is something else and stays as it is."
        />
      </Section>
      <TriggerForm place={place} />
      <StepsForm />
      <Policies calendars={place.calendars.map(({ name }) => name)} />
    </div>
  );
}

function Policies({ calendars }: { calendars: readonly string[] }) {
  const { value } = useSpot(['policies']);
  const isReadable = value === undefined || value === null || isRecord(value);
  if (!isReadable) return <p>The policies are no object; mend them in the YAML.</p>;
  return <PoliciesForm calendars={calendars} />;
}
