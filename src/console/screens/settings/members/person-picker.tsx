/** Chooses one member, or several, out of many: found by words. */
import { useId, useState } from 'react';
import { useQuery } from 'urql';
import { SettingsPeopleDocument } from '../../../generated/graphql.ts';
import { Failure, Skeleton } from '../../../parts/notice.tsx';
import { SearchField } from '../../../parts/search-field.tsx';
import styles from './person-picker.module.css';

export type Person = {
  /** Of the user. */
  readonly id: string;
  readonly databaseId: number;
  readonly name: string;
  readonly email: string;
};

type Found = Person & { readonly isService: boolean; readonly isOff: boolean };

export function PersonPicker({
  label,
  several = false,
  chosen,
  onChoose,
  fits = () => true,
}: {
  label: string;
  several?: boolean;
  chosen: readonly Person[];
  onChoose: (chosen: readonly Person[]) => void;
  /** Who may be chosen. */
  fits?: (person: Found) => boolean;
}) {
  const group = useId();
  const [q, setQ] = useState('');
  const [{ data, error, fetching }, ask] = useQuery({
    query: SettingsPeopleDocument,
    variables: { q: q || null },
    requestPolicy: 'cache-and-network',
  });
  const found = (data?.members.nodes ?? [])
    .flatMap(({ isService, deactivatedAt, user }): Found[] =>
      user ? [{ ...user, isService, isOff: deactivatedAt != null }] : [],
    )
    .filter(fits);
  const isChosen = ({ id }: Person) => chosen.some((each) => each.id === id);
  const choose = (person: Person) => {
    if (!several) return onChoose([person]);
    onChoose(isChosen(person) ? chosen.filter(({ id }) => id !== person.id) : [...chosen, person]);
  };
  // Who is chosen stays in sight, whatever is looked for.
  const unseen = chosen.filter((person) => !found.some(({ id }) => id === person.id));
  const more = (data?.members.totalCount ?? 0) - (data?.members.nodes.length ?? 0);
  return (
    <fieldset className={styles['picker']}>
      <legend>
        {label}
        {several && <span className={styles['count']}> {chosen.length} chosen</span>}
      </legend>
      <SearchField
        label={`Find people: ${label}`}
        placeholder="Name or address"
        text={q}
        onText={setQ}
      />
      {error && <Failure error={error} onRetry={() => ask()} />}
      {!data && fetching && (
        <div className={styles['people']}>
          <Skeleton lines={4} />
        </div>
      )}
      {data && (
        <ul className={styles['people']}>
          {[...unseen, ...found].map((person) => (
            <li key={person.id}>
              <input
                type={several ? 'checkbox' : 'radio'}
                id={`${group}-${person.databaseId}`}
                name={group}
                checked={isChosen(person)}
                onChange={() => choose(person)}
              />
              <label htmlFor={`${group}-${person.databaseId}`}>
                <b>{person.name}</b> <small>{person.email}</small>
              </label>
            </li>
          ))}
          {unseen.length + found.length === 0 && <li>Nobody is called so.</li>}
        </ul>
      )}
      <p className={styles['more']}>{more > 0 && `and ${more} more; look for a name`}</p>
    </fieldset>
  );
}
