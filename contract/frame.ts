/**
 * The one script that runs in the frame of an output: it tells the frame's height to the page around it. A srcdoc frame inherits
 * the policy of its page, so the page's Content-Security-Policy has to allow exactly this script, by FRAME_SCRIPT_HASH.
 */
export const FRAME_SCRIPT =
  "(()=>{const s=()=>parent.postMessage({cellarFrame:1,height:Math.ceil(document.documentElement.getBoundingClientRect().height)},'*');new ResizeObserver(s).observe(document.documentElement);addEventListener('load',s)})()";

/** The source expression for FRAME_SCRIPT in `script-src`, without quotes: its SHA-256 in base64. */
export const FRAME_SCRIPT_HASH = 'sha256-x40sXHwO+uCeJ/Qg4/yppeX13h/EmPgY3S4xdvZ+ZJw=';

/** The policy of an output's frame: nothing is fetched, no script runs but ours. */
export const FRAME_POLICY = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '${FRAME_SCRIPT_HASH}'`;
