import { useEffect, useRef, useState, type JSX } from 'react';

import type { CompareModel } from '../model/compare.js';
import { noiseWord } from '../model/noise-words.js';
import { Icon } from './icons.js';
import { useStore } from './use-store.js';

/** Differences that every run makes: how many there are, and a menu by which they are shown, all or by kind. */
export function NoiseMenu({ model }: { readonly model: CompareModel }): JSX.Element | null {
  const { noise } = useStore(model);
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const press = (event: Event): void => {
      if (event.target instanceof Node && place.current?.contains(event.target) === true) return;
      setOpen(false);
    };
    document.addEventListener('pointerdown', press, true);
    return () => {
      document.removeEventListener('pointerdown', press, true);
    };
  }, [open]);
  if (noise.length === 0) return null;
  const shown = noise.filter((each) => each.shown).length;
  const count = noise.reduce((sum, each) => sum + (each.count ?? 0), 0);
  return (
    <span
      ref={place}
      className="cellar-Noise"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.stopPropagation();
        setOpen(false);
        place.current?.querySelector('button')?.focus();
      }}
    >
      <label title="Show differences that every run makes (x)">
        <input
          type="checkbox"
          checked={shown > 0}
          ref={(box) => {
            if (box !== null) box.indeterminate = shown > 0 && shown < noise.length;
          }}
          onChange={(event) => void model.showAllNoise(event.currentTarget.checked)}
        />
        noise
      </label>
      <button
        type="button"
        className="cellar-Noise-count"
        aria-expanded={open}
        aria-label={`${String(count)} differences by noise, kinds`}
        title="Kinds of noise"
        onClick={() => {
          setOpen(!open);
        }}
      >
        {`(${String(count)})`}
        <Icon name="expand" />
      </button>
      {open ? (
        <ul className="cellar-Noise-kinds" role="group" aria-label="Kinds of noise that are shown">
          {noise.map((each) => (
            <li key={each.kind}>
              <label>
                <input
                  type="checkbox"
                  checked={each.shown}
                  onChange={(event) => void model.showNoise(each.kind, event.currentTarget.checked)}
                />
                {noiseWord(each.kind)}
              </label>
              <span className="cellar-number cellar-quiet">{each.count ?? ''}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </span>
  );
}
