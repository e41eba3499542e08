/** Who answers for a project: one of the members. */
import { useQuery } from 'urql';
import { SettingsOwnersDocument } from '../../../generated/graphql.ts';
import { Field } from '../../../parts/field.tsx';

type Person = { readonly id: string; readonly name: string; readonly email: string };

export function OwnerField({
  owner,
  value,
  problem,
  onChange,
}: {
  /** As saved; offered even where the list does not reach so far. */
  owner: Person;
  value: string;
  problem: string | null;
  onChange: (userId: string) => void;
}) {
  const [{ data, error }] = useQuery({ query: SettingsOwnersDocument });
  const members = data?.members;
  const found = (members?.nodes ?? []).flatMap(({ user, deactivatedAt }) =>
    user && deactivatedAt === null ? [user] : [],
  );
  const people: readonly Person[] = found.some(({ id }) => id === owner.id)
    ? found
    : [owner, ...found];
  const isCut = members !== undefined && members.totalCount > members.nodes.length;
  const help = error
    ? `The members cannot be read: ${error.graphQLErrors[0]?.message ?? error.message}`
    : isCut
      ? `The first ${members.nodes.length} of ${members.totalCount} members, by name.`
      : 'Who answers for it.';
  return (
    <Field label="Owner" help={help} problem={problem}>
      {(given) => (
        <select {...given} value={value} onChange={(event) => onChange(event.target.value)}>
          {people.map(({ id, name, email }) => (
            <option key={id} value={id}>
              {name} ({email})
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
