import { useMemo, useState, type JSX } from 'react';

import { splitLines } from '../model/lines.js';
import { formatCount } from '../model/words.js';
import { TextButton } from './button.js';
import { LineText } from './diff-line.js';
import { highlightLines } from './highlight.js';

const QUIET_LINES = 3;

/** The source of a cell of which something else changed, so that one knows where one is. */
export function QuietSource(props: {
  readonly text: string | undefined;
  readonly language: string;
  readonly whole?: boolean;
}): JSX.Element | null {
  const { text, language, whole = false } = props;
  const [open, setOpen] = useState(whole);
  const lines = useMemo(() => splitLines(text ?? ''), [text]);
  const looks = useMemo(() => highlightLines(lines, language), [lines, language]);
  if (lines.length === 0) return null;
  const shown = open ? lines : lines.slice(0, QUIET_LINES);

  return (
    <div className="cellar-Quiet">
      <pre>
        {shown.map((line, at) => (
          <span key={at}>
            <LineText line={{ op: ' ', text: line }} looks={looks[at] ?? []} />
            {'\n'}
          </span>
        ))}
      </pre>
      {shown.length === lines.length ? null : (
        <TextButton
          look="plain"
          onClick={() => {
            setOpen(true);
          }}
        >
          {formatCount(lines.length - shown.length, 'more line')}
        </TextButton>
      )}
    </div>
  );
}
