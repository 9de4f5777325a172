import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { capturePlugin } from './plugins/capture.js';
import { commandsPlugin } from './plugins/commands.js';
import { comparePlugin } from './plugins/compare.js';
import { historyPlugin } from './plugins/history.js';
import { lineagePlugin } from './plugins/lineage.js';
import { mergePlugin } from './plugins/merge.js';
import { noticesPlugin } from './plugins/notices.js';
import { statusPlugin } from './plugins/status.js';

const plugins: readonly JupyterFrontEndPlugin<unknown>[] = [
  capturePlugin,
  historyPlugin,
  comparePlugin,
  lineagePlugin,
  mergePlugin,
  commandsPlugin,
  statusPlugin,
  noticesPlugin,
];

export default plugins;
