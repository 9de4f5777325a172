import { FRAME_POLICY, FRAME_SCRIPT } from '../../contract/frame.js';

/** The look that an output takes over from the page around it, as CSS values. */
export interface FrameLook {
  readonly color: string;
  /** What the frame stands on. A transparent one is drawn on black or white where a theme was changed under it. */
  readonly ground: string;
  readonly border: string;
  readonly fontFamily: string;
  readonly codeFamily: string;
  readonly dark: boolean;
  readonly added: string;
  readonly deleted: string;
  readonly quiet: string;
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
    ground: named('--jp-layout-color1', 'transparent'),
    border: named('--jp-border-color2', 'grey'),
    fontFamily: named('--jp-ui-font-family', 'sans-serif'),
    codeFamily: named('--jp-code-font-family', 'monospace'),
    dark: isLight(color),
    added: named('--cellar-green', 'green'),
    deleted: named('--cellar-red', 'red'),
    quiet: named('--cellar-quiet', 'grey'),
  };
}

/** Text that is light stands on a dark page. */
function isLight(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return red * 0.299 + green * 0.587 + blue * 0.114 > 128;
}

function frameStyle(look: FrameLook): string {
  const { color, ground, border, fontFamily, codeFamily, dark, added, deleted, quiet } = look;
  return [
    `:root{color-scheme:${dark ? 'dark' : 'light'};background:${clean(ground)}}`,
    `html{overflow-y:hidden}body{margin:0;overflow-x:auto;font:13px/1.5 ${clean(fontFamily)};color:${clean(color)}}`,
    `table{border-collapse:collapse;font-size:12px;font-variant-numeric:tabular-nums}`,
    `th,td{padding:3px 8px;text-align:right;white-space:nowrap}th{font-weight:600}`,
    `thead tr{border-bottom:1px solid ${clean(border)}}`,
    `img{max-width:100%}pre,code{font-family:${clean(codeFamily)};font-size:12px}pre{white-space:pre-wrap}`,
    `p,ul,ol,h1,h2,h3,h4{margin:0 0 8px}h1{font-size:20px}h2{font-size:17px}h3,h4{font-size:14px}`,
    `a{color:inherit;text-decoration:underline dotted}`,
    blockStyle(clean(added), clean(deleted), clean(quiet)),
  ].join('');
}

/** Blocks of a compared text: a rule and a sign at the left, as lines of a source have them. */
function blockStyle(added: string, deleted: string, quiet: string): string {
  const rule = (name: string, colour: string): string =>
    `.cellar-block.${name}{border-left-color:${colour};background:color-mix(in srgb,${colour} 9%,transparent)}` +
    `.cellar-block.${name}::before{color:${colour}}`;
  return [
    `.cellar-pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 16px}`,
    `.cellar-block{position:relative;min-height:4px;padding:2px 8px 2px 24px;border-left:2px solid transparent;overflow:auto hidden}`,
    `.cellar-block::before{position:absolute;left:8px;font-weight:600}.cellar-block>:last-child{margin-bottom:4px}`,
    rule('cellar-added', added),
    `.cellar-block.cellar-added::before{content:'+'}`,
    rule('cellar-deleted', deleted),
    `.cellar-block.cellar-deleted::before{content:'\\2212'}`,
    `.cellar-left{padding:2px 8px;color:${quiet};font-size:12px;text-align:center}`,
    `.cellar-word{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}`,
  ].join('');
}

/** A theme's value cannot end the style or its element. */
function clean(value: string): string {
  return value.replace(/[<>{};]/g, '');
}
