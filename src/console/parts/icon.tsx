/** Small pictures beside words: 16 by 16, drawn with the colour of the text. They say nothing by themselves. */
const PATHS = {
  pulse: 'M1.5 8h3l2-5 3 10 2-5h3',
  list: 'M5.5 4h8.5M5.5 8h8.5M5.5 12h8.5M2 4h.01M2 8h.01M2 12h.01',
  mail: 'M2 3.5h12v9H2zM2.5 4.5 8 8.5l5.500-4',
  grid: 'M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z',
  play: 'M5 3.5v9L12.5 8z',
  pause: 'M5.5 3.5v9m5-9v9',
  resume: 'M4 3.5v9M7.5 3.5v9L13.5 8z',
  stop: 'M4 4h8v8H4z',
  retry: 'M13 3v3.5H9.5M12.8 6.5A5.2 5.2 0 1 0 13.2 8.5',
  copy: 'M5.5 5.5h7v7h-7zM3.5 10.5v-7h7',
  bin: 'M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.7 9h5.6l.7-9',
  edit: 'M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3z',
  history: 'M3 3v3h3M3.2 6A5.2 5.2 0 1 1 2.8 8.5M8 5.5V8.2l2 1.3',
  plus: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8m0-8-8 8',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zm3.3-1.2L14 14',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  left: 'M10 4 6 8l4 4',
  system: 'M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.2v1.3M8 13.5v1.3M1.2 8h1.3M13.5 8h1.3M3.2 3.2l.9.900M11.9 11.9l.9.900M12.8 3.2l-.9.900M4.1 11.9l-.9.900',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z',
  user: 'M8 8a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 8 8zM2.8 13.5c.6-2.6 2.6-3.8 5.2-3.8s4.6 1.2 5.2 3.8',
  link: 'M6.5 9.5l3-3M7.5 4.5l1.3-1.3a2.8 2.8 0 0 1 4 4L11.5 8.5M8.5 11.5l-1.3 1.3a2.8 2.8 0 0 1-4-4L4.5 7.5',
  code: 'M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  warn: 'M8 2 14.5 13.5h-13zM8 6.5v3m0 2v.01',
  download: 'M8 2.5v8M4.5 7 8 10.5 11.5 7M3 13.5h10',
  settings:
    'M2 4.5h6M12 4.5h2M10 2.700a1.800 1.800 0 1 1 0 3.600a1.800 1.800 0 1 1 0-3.600zM2 11.5h2M8 11.5h6M6 9.700a1.800 1.800 0 1 1 0 3.600a1.800 1.800 0 1 1 0-3.600z',
  up: 'M8 13V3.5M4 7l4-4 4 4',
  data: 'M3 4c0-1.100 2.200-2 5-2s5 .9 5 2-2.200 2-5 2-5-.9-5-2zm0 0v8c0 1.100 2.200 2 5 2s5-.9 5-2V4M3 8c0 1.100 2.200 2 5 2s5-.9 5-2',
  chart: 'M2.5 2.500v11h11M5.500 11V8.500M8.500 11V5M11.500 11V7',
  send: 'M14 2 7 9M14 2 9.500 14 7 9 2 6.500z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth={name === 'more' || name === 'list' ? 1.8 : 1.5}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
