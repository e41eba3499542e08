/** A dashboard to look at: for which period and in which zone stands in the address. */
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { Button } from '../../../parts/button.tsx';
import { inputClass } from '../../../parts/field.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Empty } from '../../../parts/notice.tsx';
import { readerZone } from '../../../words/time.ts';
import { usePlace } from '../../../shell/place.ts';
import type { Dashboard } from '../dashboard.tsx';
import { filterWords, readFilter, toFilter, writeFilter } from '../period/period.ts';
import { PeriodPicker } from '../period/period-picker.tsx';
import { ReportFrame } from './report-frame.tsx';
import styles from './view-part.module.css';

export function ViewPart({ dashboard }: { dashboard: Dashboard }) {
  const { project } = usePlace();
  const [path, navigate] = useLocation();
  const [search] = useSearchParams();
  const [asked, setAsked] = useState(0);
  const filter = readFilter(search);
  const zone = search.get('zone');
  const own = filterWords(toFilter(dashboard.defaultTimeFilter));
  const go = (change: (next: URLSearchParams) => void) => {
    const next = new URLSearchParams(search);
    change(next);
    const query = next.toString();
    navigate(query === '' ? path : `${path}?${query}`);
  };
  const page = new URLSearchParams();
  writeFilter(page, filter);
  if (zone) page.set('zone', zone);
  const alone = `/dashboards/${dashboard.databaseId}/page?${page.toString()}`;
  // Another version, or to be read again, is another address.
  page.set('v', `${dashboard.version}-${asked}`);
  const zones = [...new Set([project.timezone, readerZone, 'UTC', ...(zone ? [zone] : [])])].filter(
    (each): each is string => each != null,
  );
  if (dashboard.cardCount + dashboard.hiddenCardCount === 0) {
    return (
      <Empty title="No cards yet">
        <p>Cards are added in the tab Edit.</p>
      </Empty>
    );
  }
  return (
    <>
      <div className={styles['bar']}>
        <PeriodPicker
          label="Period"
          none={`Its own: ${own.charAt(0).toLowerCase()}${own.slice(1)}`}
          value={filter}
          onChange={(next) => go((to) => writeFilter(to, next))}
        />
        <select
          className={inputClass}
          aria-label="Time zone in which days begin"
          value={zone ?? ''}
          onChange={({ target }) =>
            go((to) => (target.value ? to.set('zone', target.value) : to.delete('zone')))
          }
        >
          <option value="">The project’s zone</option>
          {zones.map((each) => (
            <option key={each} value={each}>
              {each === readerZone ? `${each} (yours)` : each}
            </option>
          ))}
        </select>
        <Button
          kind="quiet"
          icon={<Icon name="retry" />}
          onClick={() => setAsked((before) => before + 1)}
        >
          Read again
        </Button>
        <a className={styles['alone']} href={alone} target="_blank" rel="noreferrer">
          Open alone
        </a>
      </div>
      <ReportFrame
        title={`${dashboard.title}: its cards`}
        src={`/dashboards/${dashboard.databaseId}/page?${page.toString()}`}
      />
    </>
  );
}
