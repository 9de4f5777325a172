import { ReactWidget } from '@jupyterlab/ui-components';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { createElement, type ReactElement } from 'react';

import { BUNDLE_MIME } from '../../contract/bundle-mime.js';
import { bundleSchema } from '../../contract/bundle.js';
import { MetricsTable } from '../view/metrics-table.js';

/** Shows a metrics bundle in the notebook as a small table; one that does not keep to the format as what is wrong with it. */
class BundleRenderer extends ReactWidget implements IRenderMime.IRenderer {
  #value: unknown;

  constructor() {
    super();
    this.addClass('cellar-Bundle');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.#value = model.data[BUNDLE_MIME];
    this.update();
    await this.renderPromise;
  }

  protected override render(): ReactElement {
    const parsed = bundleSchema.safeParse(this.#value);
    if (parsed.success) return createElement(MetricsTable, { bundle: parsed.data });
    const [issue] = parsed.error.issues;
    const place =
      issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
    return createElement(
      'p',
      { className: 'cellar-Bundle-problem' },
      `Cellar cannot read these metrics${place}: ${issue?.message ?? 'unknown format'}.`,
    );
  }
}

const extension: IRenderMime.IExtension = {
  id: 'jupyterlab-cellar:bundle',
  description: 'Shows the metrics that a cell logged as a table.',
  rendererFactory: {
    safe: true,
    mimeTypes: [BUNDLE_MIME],
    createRenderer: () => new BundleRenderer(),
  },
  // Before every general renderer of JSON or text.
  rank: 0,
  dataType: 'json',
};

export default extension;
