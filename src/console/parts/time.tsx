/** Instants and spans as everywhere on the page: short in place, whole in the tip, in the reader's zone and, where it
 *  is another, in the scenario's. */
import { useNow } from '../live/now.ts';
import { fromNow, fullMoment, moment, readerZone, span } from '../words/time.ts';
import { Tip } from './tip.tsx';

function Whole({ at, zone }: { at: string | number; zone: string | undefined }) {
  return (
    <>
      {fullMoment(at)}
      {zone !== undefined && zone !== readerZone && (
        <>
          <br />
          {fullMoment(at, zone)}
        </>
      )}
    </>
  );
}

const isoOf = (at: string | number) => (typeof at === 'number' ? new Date(at).toISOString() : at);

/** `14:03:09`. @param zone of the scenario, for the tip. */
export function Moment({ at, zone }: { at: string | number; zone?: string | undefined }) {
  return (
    <Tip text={<Whole at={at} zone={zone} />}>
      <time dateTime={isoOf(at)}>{moment(at)}</time>
    </Tip>
  );
}

/** `in 4 m`, `12 s ago`; it ages by itself. */
export function Ago({ at, zone }: { at: string | number; zone?: string | undefined }) {
  const now = useNow();
  return (
    <Tip text={<Whole at={at} zone={zone} />}>
      <time dateTime={isoOf(at)}>{fromNow(at, now)}</time>
    </Tip>
  );
}

/** From the beginning to the end, or to now while there is none. */
export function Took({
  from,
  to,
}: {
  from: string | null | undefined;
  to: string | null | undefined;
}) {
  const now = useNow();
  if (from == null) return <>–</>;
  return (
    <>{span((to == null ? Math.max(now, Date.parse(from)) : Date.parse(to)) - Date.parse(from))}</>
  );
}
