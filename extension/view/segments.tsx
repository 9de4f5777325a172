import type { JSX } from 'react';

/** One of a few choices, all of them seen. */
export interface Segment<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly title?: string;
}

/** Buttons of which exactly one is pressed. */
export function Segments<T extends string>(props: {
  readonly label: string;
  readonly segments: readonly Segment<T>[];
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
}): JSX.Element {
  const { label, segments, chosen, onChoose } = props;
  return (
    <div className="cellar-Segments" role="group" aria-label={label}>
      {segments.map((segment) => (
        <button
          key={segment.value}
          type="button"
          aria-pressed={segment.value === chosen}
          title={segment.title}
          onClick={() => {
            onChoose(segment.value);
          }}
        >
          {segment.label}
        </button>
      ))}
    </div>
  );
}
