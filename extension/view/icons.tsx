import type { JSX } from 'react';

const PATHS = {
  star: 'M12 17.3 18.2 21l-1.7-7L22 9.2l-7.2-.6L12 2 9.2 8.6 2 9.2 7.5 14l-1.7 7z',
  dot: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z',
  pause: 'M6 19h4V5H6v14zm8-14v14h4V5h-4z',
  play: 'M8 5v14l11-7z',
  more: 'M6 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm12 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm-6 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  search:
    'M15.5 14h-.8l-.3-.3A6.5 6.5 0 1 0 13.7 14.4l.3.3v.8l5 5 1.5-1.5-5-5zm-6 0a4.5 4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9z',
  close:
    'M19 6.4 17.6 5 12 10.6 6.4 5 5 6.4l5.6 5.6L5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6z',
  better: 'M12 7 5 17h14z',
  worse: 'M12 17 5 7h14z',
  up: 'M4 12l1.4 1.4L11 7.8V20h2V7.8l5.6 5.6L20 12l-8-8z',
  down: 'M20 12l-1.4-1.4L13 16.2V4h-2v12.2l-5.6-5.6L4 12l8 8z',
  right: 'M8.6 16.6 13.2 12 8.6 7.4 10 6l6 6-6 6z',
  expand: 'M7.4 8.6 12 13.2l4.6-4.6L18 10l-6 6-6-6z',
  file: 'M14 2H6a2 2 0 0 0-2 2v16c0 1.1.9 2 2 2h12a2 2 0 0 0 2-2V8l-6-6zm-1 7V3.5L18.5 9H13z',
  box: 'M12 2 3 7v10l9 5 9-5V7l-9-5zm0 2.3 5.9 3.3L12 10.9 6.1 7.6 12 4.3zM5 9.3l6 3.3v6.6l-6-3.3V9.3zm8 9.9v-6.6l6-3.3v6.6l-6 3.3z',
  download: 'M19 9h-4V3H9v6H5l7 7 7-7zM5 18v2h14v-2H5z',
  undo: 'M12.5 8c-2.6 0-5 1-6.9 2.6L2 7v9h9l-3.6-3.6A8 8 0 0 1 20.1 15.5l2.4-.8A10.5 10.5 0 0 0 12.5 8z',
  redo: 'M18.4 10.6A10.5 10.5 0 0 0 1.5 14.7l2.4.8a8 8 0 0 1 12.700-3.100L13 16h9V7l-3.600 3.600z',
  swap: 'M7 11 3 15l4 4v-3h7v-2H7v-3zm14-2-4-4v3h-7v2h7v3l4-4z',
  arrow: 'M12 4l-1.4 1.4 5.6 5.6H4v2h12.2l-5.6 5.6L12 20l8-8z',
  check: 'M9 16.2 4.8 12l-1.4 1.4L9 19 21 7l-1.4-1.4z',
  clock:
    'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 18a8 8 0 1 1 0-16 8 8 0 0 1 0 16zm.5-13H11v6l5.2 3.1.8-1.2-4.5-2.7z',
  warn: 'M1 21h22L12 2 1 21zm12-3h-2v-2h2v2zm0-4h-2v-4h2v4z',
  away: 'M19.4 10a7.5 7.5 0 0 0-11-4.6l1.5 1.5A5.5 5.5 0 0 1 17.5 11v1H19a3 3 0 0 1 1.7 5.5l1.4 1.4A5 5 0 0 0 19.4 10zM3 5.3 5.8 8A6 6 0 0 0 6 20h11.7l2 2 1.3-1.3L4.3 4 3 5.3zM7.7 10l8 8H6a4 4 0 0 1 0-8h1.7z',
  link: 'M3.9 12A3.1 3.1 0 0 1 7 8.9h4V7H7a5 5 0 0 0 0 10h4v-1.9H7A3.1 3.1 0 0 1 3.9 12zM8 13h8v-2H8v2zm9-6h-4v1.9h4a3.1 3.1 0 0 1 0 6.2h-4V17h4a5 5 0 0 0 0-10z',
  restore:
    'M13 3a9 9 0 0 0-9 9H1l3.9 3.9L9 12H6a7 7 0 1 1 2.1 4.9l-1.4 1.4A9 9 0 1 0 13 3zm-1 5v5l4.3 2.5.7-1.2-3.5-2.1V8H12z',
  notebook:
    'M18 2H6a2 2 0 0 0-2 2v16c0 1.1.9 2 2 2h12a2 2 0 0 0 2-2V4a2 2 0 0 0-2-2zM8 4h1.5v16H8V4zm10 16h-7V4h7v16z',
  folder: 'M10 4H4a2 2 0 0 0-2 2v12c0 1.1.9 2 2 2h16a2 2 0 0 0 2-2V8a2 2 0 0 0-2-2h-8l-2-2z',
  theme: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 18V4a8 8 0 0 1 0 16z',
  print:
    'M19 8H5a3 3 0 0 0-3 3v6h4v4h12v-4h4v-6a3 3 0 0 0-3-3zm-3 11H8v-5h8v5zm3-7a1 1 0 1 1 0-2 1 1 0 0 1 0 2zM18 3H6v4h12V3z',
  help: 'M11 18h2v-2h-2v2zm1-16a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 18a8 8 0 1 1 0-16 8 8 0 0 1 0 16zm0-14a4 4 0 0 0-4 4h2a2 2 0 1 1 4 0c0 2-3 1.8-3 5h2c0-2.3 3-2.5 3-5a4 4 0 0 0-4-4z',
  lock: 'M18 8h-1V7A5 5 0 0 0 7 7v1H6a2 2 0 0 0-2 2v10c0 1.1.9 2 2 2h12a2 2 0 0 0 2-2V10a2 2 0 0 0-2-2zM9 7a3 3 0 0 1 6 0v1H9V7zm9 13H6V10h12v10zm-6-3a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  pin: 'M16 9V4h1V2H7v2h1v5c0 1.7-1.3 3-3 3v2h6v7l1 1 1-1v-7h6v-2c-1.7 0-3-1.3-3-3z',
  data: 'M12 3C7.6 3 4 4.6 4 6.5v11C4 19.4 7.6 21 12 21s8-1.6 8-3.5v-11C20 4.6 16.4 3 12 3zm0 2c3.8 0 6 1.2 6 1.5S15.8 8 12 8 6 6.8 6 6.5 8.2 5 12 5zm6 12.5c0 .3-2.2 1.5-6 1.5s-6-1.2-6-1.5v-2.6c1.5.7 3.6 1.1 6 1.1s4.5-.4 6-1.1v2.6zm0-5.2c0 .4-2.2 1.7-6 1.7s-6-1.3-6-1.7V8.9c1.5.7 3.6 1.1 6 1.1s4.5-.4 6-1.1v3.4z',
  code: 'M9.4 16.6 4.8 12l4.6-4.6L8 6l-6 6 6 6 1.4-1.4zm5.2 0 4.6-4.6-4.6-4.6L16 6l6 6-6 6-1.4-1.4z',
  tag: 'M21.4 11.6l-9-9A2 2 0 0 0 11 2H4a2 2 0 0 0-2 2v7c0 .6.2 1.1.6 1.4l9 9a2 2 0 0 0 2.8 0l7-7a2 2 0 0 0 0-2.8zM6.5 8a1.5 1.5 0 1 1 0-3 1.5 1.5 0 0 1 0 3z',
  keep: 'M17 3H5a2 2 0 0 0-2 2v14c0 1.1.9 2 2 2h14a2 2 0 0 0 2-2V7l-4-4zm-5 16a3 3 0 1 1 0-6 3 3 0 0 1 0 6zm3-10H5V5h10v4z',
} as const;

/** The icons of the product, by what they say. */
export type IconName = keyof typeof PATHS;

/** An icon in the look of JupyterLab's own; without a title it is decoration beside a word. */
export function Icon(props: {
  readonly name: IconName;
  readonly title?: string;
  readonly className?: string;
}): JSX.Element {
  const { name, title, className = '' } = props;
  return (
    <svg
      className={`cellar-Icon ${className}`}
      viewBox="0 0 24 24"
      width="16"
      height="16"
      role={title === undefined ? undefined : 'img'}
      aria-label={title}
      aria-hidden={title === undefined}
      focusable="false"
    >
      {title === undefined ? null : <title>{title}</title>}
      <path className="jp-icon3 jp-icon-selectable" d={PATHS[name]} />
    </svg>
  );
}
