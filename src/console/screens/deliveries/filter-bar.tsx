/** To whom, of which scenario, when, and in which state. */
import { useQuery } from 'urql';
import { DeliveriesScenariosDocument } from '../../generated/graphql.ts';
import { Button } from '../../parts/button.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Field } from '../../parts/field.tsx';
import { FilterLinks } from '../../parts/filter-links.tsx';
import { Icon } from '../../parts/icon.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { usePlace } from '../../shell/place.ts';
import { useViewer } from '../../shell/use-viewer.ts';
import { DELIVERY_LOOKS } from '../../words/deliveries.ts';
import { isFiltered, STATES, useFilters } from './filters.ts';
import styles from './deliveries.module.css';

export function FilterBar() {
  const { filters, set } = useFilters();
  const { recipient, scenario, run, from, until, everywhere, states } = filters;
  const seesAll = useViewer()?.permissions.includes('project.view') ?? false;
  return (
    <search className={styles['filters']}>
      <div className={styles['fields']}>
        <div className={styles['who']}>
          <SearchField
            label="Recipient"
            placeholder="Part of an address"
            text={recipient}
            onText={(to) => set({ to })}
          />
        </div>
        {!everywhere && (
          <div className={styles['of']}>
            <Scenario chosen={scenario} onChoose={(id) => set({ scenario: id })} />
          </div>
        )}
        <Field label="From">
          {(given) => (
            <input
              {...given}
              type="date"
              value={from}
              max={until || undefined}
              onChange={(event) => set({ from: event.target.value })}
            />
          )}
        </Field>
        <Field label="To">
          {(given) => (
            <input
              {...given}
              type="date"
              value={until}
              min={from || undefined}
              onChange={(event) => set({ until: event.target.value })}
            />
          )}
        </Field>
      </div>
      <div className={styles['states']}>
        <FilterLinks
          label="Show deliveries that are"
          name="state"
          chosen={states.length > 0 ? states : null}
          options={STATES.map((value) => ({ value, label: DELIVERY_LOOKS[value].label }))}
        />
        {run !== '' && (
          <Button icon={<Icon name="close" size={12} />} onClick={() => set({ run: '' })}>
            Only run {run} and its retries
          </Button>
        )}
        {isFiltered(filters) && (
          <Button
            kind="quiet"
            onClick={() => set({ to: '', scenario: '', run: '', from: '', until: '', state: '' })}
          >
            Show all
          </Button>
        )}
        {(seesAll || everywhere) && (
          <div className={styles['where']}>
            <Choice
              label="Whose deliveries"
              value={everywhere ? 'all' : 'here'}
              options={[
                { value: 'here', label: 'This project' },
                { value: 'all', label: 'All projects' },
              ]}
              onChange={(where) => set({ in: where === 'all' ? 'all' : '', scenario: '', run: '' })}
            />
          </div>
        )}
      </div>
    </search>
  );
}

function Scenario({ chosen, onChoose }: { chosen: string; onChoose: (id: string) => void }) {
  const { project } = usePlace();
  const [{ data }] = useQuery({
    query: DeliveriesScenariosDocument,
    variables: { projectId: project.id },
  });
  const scenarios = data?.scenarios.nodes ?? [];
  const isKnown = scenarios.some(({ databaseId }) => String(databaseId) === chosen);
  return (
    <Field label="Scenario">
      {(given) => (
        <select {...given} value={chosen} onChange={(event) => onChoose(event.target.value)}>
          <option value="">Any</option>
          {chosen !== '' && !isKnown && <option value={chosen}>Scenario {chosen}</option>}
          {scenarios.map(({ id, databaseId, name }) => (
            <option key={id} value={databaseId}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
