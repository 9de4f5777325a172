import { useState, type JSX, type PointerEvent } from 'react';

import type { Pixels } from '../../contract/diff.js';
import type { PictureMode } from '../model/compare-choices.js';
import type { PictureSize } from '../model/picture-words.js';
import { SafePicture } from './safe-output.js';

/** A picture to be laid over another; without a size it tells its own once it is decoded. */
interface Laid {
  readonly mime: string;
  readonly data: string;
  readonly size: PictureSize | undefined;
}

type StageMode = Exclude<PictureMode, 'sides'>;

/** How each way of laying one over the other is turned by its slider: what that is called, and from where to where it goes. */
const SLIDERS = {
  swipe: { label: 'Edge between before and after', least: 0, most: 100, ends: ['before', 'after'] },
  onion: { label: 'From before to after', least: 0, most: 100, ends: ['before', 'after'] },
  difference: {
    label: 'Strengthen the difference',
    least: 1,
    most: 32,
    ends: ['as it is', '32 times'],
  },
} as const;

/** Two pictures laid over each other at one scale, top left corners together, with a slider that arrow keys move too. */
export function PictureStage(props: {
  readonly mode: StageMode;
  readonly base: Laid;
  readonly head: Laid;
  readonly region: NonNullable<Pixels['region']> | undefined;
  readonly facts: string;
}): JSX.Element {
  const { mode, base, head, region, facts } = props;
  const [values, setValues] = useState({ swipe: 50, onion: 50, difference: 4 });
  const [told, setTold] = useState<{ base?: PictureSize; head?: PictureSize }>({});
  const value = values[mode];
  const setValue = (next: number): void => {
    setValues({ ...values, [mode]: next });
  };
  const sizes = { base: base.size ?? told.base, head: head.size ?? told.head };
  const width = Math.max(sizes.base?.[0] ?? 1, sizes.head?.[0] ?? 1);
  const height = Math.max(sizes.base?.[1] ?? 1, sizes.head?.[1] ?? 1);
  const known = sizes.base !== undefined && sizes.head !== undefined;
  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    if (mode !== 'swipe' || event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    setValue(Math.round(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * 100));
  };
  const layer = (side: 'base' | 'head', laid: Laid): JSX.Element => (
    <div className={`cellar-Layer cellar-mod-${side}`} style={layerStyle(mode, side, value)}>
      <div style={{ width: `${String(((sizes[side]?.[0] ?? width) / width) * 100)}%` }}>
        <SafePicture
          mime={laid.mime}
          data={laid.data}
          label=""
          onSize={(size) => {
            setTold((before) => ({ ...before, [side]: size }));
          }}
        />
      </div>
    </div>
  );
  return (
    <div className={`cellar-Stage cellar-mod-${mode}`}>
      <div
        className="cellar-Stage-box"
        role="img"
        aria-label={`${STAGE_WORDS[mode]}${facts === '' ? '' : `: ${facts}`}`}
        style={
          known ? { maxWidth: width, aspectRatio: `${String(width)} / ${String(height)}` } : {}
        }
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag(event);
        }}
        onPointerMove={drag}
      >
        <div
          className="cellar-Stage-layers"
          style={mode === 'difference' ? { filter: `brightness(${String(value)})` } : undefined}
        >
          {layer('base', base)}
          {layer('head', head)}
        </div>
        {mode === 'swipe' ? (
          <span className="cellar-Stage-edge" style={{ left: `${String(value)}%` }} />
        ) : null}
        {mode === 'difference' && region !== undefined && known ? (
          <span className="cellar-Stage-region" style={regionStyle(region, width, height)} />
        ) : null}
      </div>
      <Slider mode={mode} value={value} onChange={setValue} />
    </div>
  );
}

const STAGE_WORDS: Readonly<Record<StageMode, string>> = {
  swipe: 'Picture before at the left of the edge, after at the right',
  onion: 'Picture after over the one before',
  difference: 'Difference of both pictures',
};

function Slider(props: {
  readonly mode: StageMode;
  readonly value: number;
  readonly onChange: (value: number) => void;
}): JSX.Element {
  const { mode, value, onChange } = props;
  const { label, least, most, ends } = SLIDERS[mode];
  return (
    <div className="cellar-Slider">
      <span aria-hidden>{ends[0]}</span>
      <input
        type="range"
        aria-label={label}
        aria-valuetext={mode === 'difference' ? `${String(value)} times` : `${String(value)} %`}
        min={least}
        max={most}
        value={value}
        onChange={(event) => {
          onChange(event.currentTarget.valueAsNumber);
        }}
      />
      <span aria-hidden>{ends[1]}</span>
    </div>
  );
}

function layerStyle(
  mode: StageMode,
  side: 'base' | 'head',
  value: number,
): { readonly [name: string]: string | number } {
  if (mode === 'swipe')
    return {
      clipPath:
        side === 'base' ? `inset(0 ${String(100 - value)}% 0 0)` : `inset(0 0 0 ${String(value)}%)`,
    };
  if (side === 'base') return {};
  return mode === 'onion' ? { opacity: value / 100 } : { mixBlendMode: 'difference' };
}

function regionStyle(
  [left, top, wide, high]: NonNullable<Pixels['region']>,
  width: number,
  height: number,
): { readonly [name: string]: string } {
  const percent = (part: number, whole: number): string => `${String((part / whole) * 100)}%`;
  return {
    left: percent(left, width),
    top: percent(top, height),
    width: percent(wide, width),
    height: percent(high, height),
  };
}
