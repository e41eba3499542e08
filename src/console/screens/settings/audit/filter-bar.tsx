/** Whose changes, of what, and when. */
import { useQuery } from 'urql';
import { AuditPeopleDocument } from '../../../generated/graphql.ts';
import { Button } from '../../../parts/button.tsx';
import { Field } from '../../../parts/field.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { ACTIONS, nounOf, pluralOf, verbOf } from './actions.ts';
import { isFiltered, useFilters } from './filters.ts';
import styles from './audit.module.css';

export function FilterBar() {
  const { filters, set } = useFilters();
  const { who, what, of, from, to } = filters;
  const [{ data }] = useQuery({ query: AuditPeopleDocument });
  const people = (data?.members.nodes ?? []).flatMap(({ user }) => (user ? [user] : []));
  const [ofType = '', ofId = ''] = of.split(':');
  const isKnown =
    what === '' ||
    Object.entries(ACTIONS).some(
      ([type, verbs]) => type === what || verbs.some((verb) => `${type}.${verb}` === what),
    );
  return (
    <search className={styles['filters']}>
      <Field label="Who">
        {(given) => (
          <select {...given} value={who} onChange={(event) => set({ who: event.target.value })}>
            <option value="">Anyone</option>
            {who !== '' && !people.some(({ id }) => id === who) && (
              <option value={who}>{who}</option>
            )}
            {people.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="What">
        {(given) => (
          <select {...given} value={what} onChange={(event) => set({ what: event.target.value })}>
            <option value="">Anything</option>
            {!isKnown && <option value={what}>{what}</option>}
            {Object.entries(ACTIONS).map(([type, verbs]) => (
              <optgroup key={type} label={capital(nounOf(type))}>
                <option value={type}>Anything about {pluralOf(type)}</option>
                {verbs.map((verb) => (
                  <option key={verb} value={`${type}.${verb}`}>
                    {verbOf(`${type}.${verb}`)} {nounOf(type)}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        )}
      </Field>
      <Field label="From">
        {(given) => (
          <input
            {...given}
            type="date"
            value={from}
            max={to || undefined}
            onChange={(event) => set({ from: event.target.value })}
          />
        )}
      </Field>
      <Field label="To">
        {(given) => (
          <input
            {...given}
            type="date"
            value={to}
            min={from || undefined}
            onChange={(event) => set({ to: event.target.value })}
          />
        )}
      </Field>
      {(of !== '' || isFiltered(filters)) && (
        <div className={styles['chosen']}>
          {of !== '' && (
            <Button icon={<Icon name="close" size={12} />} onClick={() => set({ of: '' })}>
              Only {nounOf(ofType)} {ofId}
            </Button>
          )}
          <Button kind="quiet" onClick={() => set({ who: '', what: '', of: '', from: '', to: '' })}>
            Show all
          </Button>
        </div>
      )}
    </search>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
