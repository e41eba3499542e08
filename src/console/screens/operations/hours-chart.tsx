/** Bars of an hour each: succeeded below, cancelled above, failed on top with a notch, so that a single failure among a
 *  thousand successes still shows. */
import { memo, useRef } from 'react';
import { Tip } from '../../parts/tip.tsx';
import { useWidth } from '../../parts/use-width.ts';
import { clock } from '../../words/time.ts';
import { useRoving } from './timeline/use-roving.ts';
import type { Hour } from './hours-panel.tsx';
import styles from './hours.module.css';

const HEIGHT = 112;
const LABELS = 16;
/** What is there at all is seen. */
const LEAST = 3;

export const HoursChart = memo(function HoursChart({ hours }: { hours: readonly Hour[] }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const roving = useRoving(box);
  const most = Math.max(1, ...hours.map(totalOf));
  const slot = width / Math.max(1, hours.length);
  const every = slot > 34 ? 2 : slot > 16 ? 3 : 6;
  return (
    <div ref={box} className={styles['chart']} {...roving}>
      {width > 0 && (
        <svg
          data-lane
          width={width}
          height={HEIGHT + LABELS}
          role="group"
          aria-label="Runs ended, by hour"
        >
          {hours.map((hour, index) => (
            <g key={hour.start} transform={`translate(${index * slot} 0)`}>
              <Bar hour={hour} width={slot} most={most} />
              {index % every === 0 && (
                <text x={slot / 2} y={HEIGHT + 12} textAnchor="middle" aria-hidden="true">
                  {clock(hour.start, undefined, { seconds: false }).slice(0, 2)}
                </text>
              )}
            </g>
          ))}
          <line className={styles['floor']} x1="0" x2={width} y1={HEIGHT} y2={HEIGHT} />
        </svg>
      )}
    </div>
  );
});

const totalOf = ({ succeeded, failed, cancelled }: Hour) => succeeded + failed + cancelled;

function Bar({ hour, width, most }: { hour: Hour; width: number; most: number }) {
  const { start, succeeded, failed, cancelled } = hour;
  const x = Math.min(2, width / 8);
  const wide = width - 2 * x;
  const tall = (value: number) =>
    value === 0 ? 0 : Math.max(LEAST, (value / most) * (HEIGHT - 4 * LEAST));
  const heights = [tall(succeeded), tall(cancelled), tall(failed)] as const;
  const tops = [
    HEIGHT - heights[0],
    HEIGHT - heights[0] - heights[1],
    HEIGHT - heights[0] - heights[1] - heights[2],
  ] as const;
  const words = `${clock(start, undefined, { seconds: false })}: ${succeeded} succeeded, ${failed} failed, ${cancelled} cancelled`;
  return (
    <Tip text={words}>
      <g data-mark={start} role="img" aria-label={words} tabIndex={-1} className={styles['bar']}>
        <rect className={styles['hit']} width={width} height={HEIGHT} />
        <rect data-outcome="succeeded" x={x} y={tops[0]} width={wide} height={heights[0]} />
        <rect data-outcome="cancelled" x={x} y={tops[1]} width={wide} height={heights[1]} />
        {failed > 0 && (
          <path
            data-outcome="failed"
            d={`M${x} ${tops[1] - 1}V${tops[2]}l${wide / 2} -4 ${wide / 2} 4V${tops[1] - 1}z`}
          />
        )}
      </g>
    </Tip>
  );
}
