import { useState, type JSX } from 'react';

import { countNoise } from '../model/compare-items.js';

/** How many differences of a re-run are not shown, and when asked, of which kinds. */
export function NoiseSwitch({
  noise,
}: {
  readonly noise: Readonly<Record<string, number>>;
}): JSX.Element | null {
  const [open, setOpen] = useState(false);
  const count = countNoise(noise);
  if (count === 0) return null;
  const kinds = Object.entries(noise).filter(([, number]) => number > 0);
  return (
    <span className="cellar-Noise">
      <button
        type="button"
        className="cellar-TextButton cellar-mod-plain"
        aria-expanded={open}
        title="Differences that every run makes, which are not shown"
        onClick={() => {
          setOpen(!open);
        }}
      >
        {`noise (${String(count)})`}
      </button>
      {open ? (
        <ul className="cellar-Noise-kinds">
          {kinds.map(([kind, number]) => (
            <li key={kind}>
              <span>{kind.replaceAll('_', ' ')}</span>
              <span className="cellar-number">{number}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </span>
  );
}
