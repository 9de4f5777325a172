import { LabIcon } from '@jupyterlab/ui-components';

/** Two sheets, a line between them. */
export const compareIcon = new LabIcon({
  name: 'jupyterlab-cellar:compare',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M3 4h7v16H3V4zm2 2v12h3V6H5zm9-2h7v16h-7V4zm2 2v12h3V6h-3zM11.300 2h1.400v20h-1.400z"/>
</svg>`,
});

/** Bottles on a shelf, in JupyterLab's icon colours. */
export const cellarIcon = new LabIcon({
  name: 'jupyterlab-cellar:cellar',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M7 2h3v5.2c1.3.8 2 2 2 3.6V19a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-8.200c0-1.600.7-2.800 2-3.600V2zm0 10v4h3v-4H7zM15.500 2h2v5.400c1.200.7 1.900 1.900 1.900 3.400V19a1 1 0 0 1-1 1h-3.800a1 1 0 0 1-1-1v-8.200c0-1.500.7-2.700 1.900-3.400V2zM3 21h18v1.500H3z"/>
</svg>`,
});
