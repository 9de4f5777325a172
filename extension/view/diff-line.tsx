import { Fragment, type JSX } from 'react';

import type { NumberedLine } from '../model/lines.js';
import { formatCount } from '../model/words.js';
import { toPieces, type Look, type PaintedLine } from './paint.js';
import { InvisibleCharacter } from './revealed-text.js';

/** The text of a line with its looks and marks. */
export function LineText(props: {
  readonly line: PaintedLine & Pick<NumberedLine, 'op'>;
  readonly looks: readonly Look[];
}): JSX.Element {
  const { line, looks } = props;
  return (
    <>
      {toPieces(line, looks).map((piece, at) => {
        if (piece.kind === 'left')
          return (
            <span key={at} className="cellar-Line-cut">
              {`… ${formatCount(piece.count, 'character')} …`}
            </span>
          );
        if (piece.kind === 'invisible') {
          const character = <InvisibleCharacter invisible={piece.invisible} />;
          if (!piece.marked) return <Fragment key={at}>{character}</Fragment>;
          const Mark = line.op === '-' ? 'del' : 'ins';
          return <Mark key={at}>{character}</Mark>;
        }
        const { look } = piece;
        const className = look?.className === '' ? undefined : look?.className;
        const style =
          look?.color === undefined && look?.background === undefined
            ? undefined
            : { color: look.color, backgroundColor: look.background };
        if (piece.marked) {
          const Mark = line.op === '-' ? 'del' : 'ins';
          return (
            <Mark key={at} className={markClass(className, piece.noise)} style={style}>
              {piece.text}
            </Mark>
          );
        }
        return className === undefined && style === undefined ? (
          piece.text
        ) : (
          <span key={at} className={className} style={style}>
            {piece.text}
          </span>
        );
      })}
    </>
  );
}

/** Noise is marked too, but quietly. */
function markClass(className: string | undefined, noise: boolean): string | undefined {
  if (!noise) return className;
  return className === undefined ? 'cellar-mod-noise' : `${className} cellar-mod-noise`;
}

const SIGNS = { ' ': '', '-': '\u2212', '+': '+' } as const;
const LOOKS = { ' ': 'same', '-': 'deleted', '+': 'added' } as const;

/** The class that a line's or row's sign stands for. */
export function opClass(op: ' ' | '-' | '+'): string {
  return `cellar-mod-${LOOKS[op]}`;
}

/** Number, sign and text of one side of a line, as three table cells; a blank side as one. */
export function LineCells(props: {
  readonly line: NumberedLine | undefined;
  readonly side: 'base' | 'head';
  readonly looks: readonly Look[];
}): JSX.Element {
  const { line, side, looks } = props;
  if (line === undefined) return <td className="cellar-Line-blank" colSpan={3} />;
  const look = `${opClass(line.op)}${line.noise === true ? ' cellar-mod-noise' : ''}`;
  return (
    <>
      <td className={`cellar-Line-number ${look}`}>{line[side]}</td>
      <td className={`cellar-Line-sign ${look}`}>{SIGNS[line.op]}</td>
      <td className={`cellar-Line-text ${look}`}>
        <LineText line={line} looks={looks} />
      </td>
    </>
  );
}
