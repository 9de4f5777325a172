import { FRAME_POLICY, FRAME_SCRIPT } from '../../contract/frame.js';

/** The look that an output takes over from the page around it, as CSS values. */
export interface FrameLook {
  readonly color: string;
  readonly border: string;
  readonly fontFamily: string;
  readonly codeFamily: string;
  readonly dark: boolean;
}

/** The whole document of an output's frame around HTML that was sanitised before. */
export function frameDocument(safeHtml: string, look: FrameLook): string {
  return `<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="${FRAME_POLICY}"><meta charset="utf-8"><style>${frameStyle(look)}</style></head><body>${safeHtml}<script>${FRAME_SCRIPT}</script></body></html>`;
}

/** The look of the page at an element. */
export function readLook(element: Element): FrameLook {
  const style = getComputedStyle(element);
  const named = (name: string, fallback: string): string =>
    style.getPropertyValue(name).trim() || fallback;
  const color = style.color || 'black';
  return {
    color,
    border: named('--jp-border-color2', 'grey'),
    fontFamily: named('--jp-ui-font-family', 'sans-serif'),
    codeFamily: named('--jp-code-font-family', 'monospace'),
    dark: isLight(color),
  };
}

/** Text that is light stands on a dark page. */
function isLight(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return red * 0.299 + green * 0.587 + blue * 0.114 > 128;
}

function frameStyle(look: FrameLook): string {
  const { color, border, fontFamily, codeFamily, dark } = look;
  return [
    `:root{color-scheme:${dark ? 'dark' : 'light'};background:transparent}`,
    `html{overflow-y:hidden}body{margin:0;overflow-x:auto;font:13px/1.5 ${clean(fontFamily)};color:${clean(color)}}`,
    `table{border-collapse:collapse;font-size:12px;font-variant-numeric:tabular-nums}`,
    `th,td{padding:3px 8px;text-align:right;white-space:nowrap}th{font-weight:600}`,
    `thead tr{border-bottom:1px solid ${clean(border)}}`,
    `img{max-width:100%}pre,code{font-family:${clean(codeFamily)};font-size:12px}pre{white-space:pre-wrap}`,
    `p,ul,ol,h1,h2,h3,h4{margin:0 0 8px}h1{font-size:20px}h2{font-size:17px}h3,h4{font-size:14px}`,
    `a{color:inherit;text-decoration:underline dotted}`,
  ].join('');
}

/** A theme's value cannot end the style or its element. */
function clean(value: string): string {
  return value.replace(/[<>{};]/g, '');
}
