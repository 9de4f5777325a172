import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { createElement } from 'react';

import { COMMANDS } from '../commands/ids.js';
import { focusOf, type LineageModel } from '../model/lineage.js';
import type { LineageTarget } from '../model/lineage-target.js';
import { nodeWords } from '../model/lineage-words.js';
import type { ElsewherePlace } from '../view/elsewhere.js';
import type { LineageActions } from '../view/lineage-facts.js';
import { LoneTab } from './lone-tab.js';
import { ICellar, ILineage, type Cellar, type Lineages } from './tokens.js';

const TAB_ID = 'cellar-lineage';

/** The tab of runs and lineage, which goes from node to node as a person does. */
type LineageTab = LoneTab<LineageModel>;

/** Shows runs, and what anything came from and led to, in the main area. */
export const lineagePlugin: JupyterFrontEndPlugin<Lineages> = {
  id: 'jupyterlab-cellar:lineage',
  description: 'Shows runs, and what anything came from and led to.',
  autoStart: true,
  requires: [ICellar],
  optional: [ILabShell, ILayoutRestorer],
  provides: ILineage,
  activate: (
    app: JupyterFrontEnd,
    cellar: Cellar,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
  ): Lineages => {
    const tracker = new WidgetTracker<LineageTab>({ namespace: 'cellar-lineage' });
    let tab: LineageTab | undefined;
    const open = async (node: string, cell?: string): Promise<void> => {
      const views = await loadViews();
      const { LineageModel, LineageView, NodeElsewhere } = views;
      const actions = toActions(app, cellar, open);
      if (tab === undefined) {
        const model = new LineageModel(cellar.client, node, cell);
        const place = toPlace(cellar, views);
        const onChanged = (): void => void model.load();
        const view = createElement(LineageView, {
          ...{ model, actions },
          below: (focus, run) =>
            createElement(NodeElsewhere, { place, node: focus, run, onChanged }),
        });
        const created = new LoneTab(model, { id: TAB_ID, label: 'Lineage', view });
        tab = created;
        created.disposed.connect(() => {
          tab = undefined;
        });
        created.addTo(app, labShell !== null);
        void tracker.add(created);
        let saved = '';
        model.subscribe(() => {
          const focus = focusOf(model.state.graph);
          if (focus !== undefined) created.title.label = nodeWords(focus, Date.now()).title;
          // What is remembered of it is the node alone, and values of a run come often.
          if (model.state.node === saved) return;
          saved = model.state.node;
          void tracker.save(created);
        });
        void model.load();
      } else void tab.model.show(node, cell);
      app.shell.activateById(TAB_ID);
    };
    void restorer?.restore(tracker, {
      command: COMMANDS.lineage,
      args: ({ model }) => ({ node: model.state.node }),
      name: () => TAB_ID,
    });
    return { open };
  },
};

/** The views load by themselves, not with JupyterLab. */
const loadViews = async () => {
  const [{ LineageModel }, { LineageView }, { ElsewhereModel }, { EntriesModel }, elsewhere] =
    await Promise.all([
      import('../model/lineage.js'),
      import('../view/lineage-view.js'),
      import('../model/elsewhere.js'),
      import('../model/elsewhere-entries.js'),
      import('../view/elsewhere.js'),
    ]);
  const { NodeElsewhere } = elsewhere;
  return { LineageModel, LineageView, ElsewhereModel, EntriesModel, NodeElsewhere };
};

/** Where links to registries elsewhere are asked for. */
function toPlace(
  { client, external }: Cellar,
  { ElsewhereModel, EntriesModel }: Awaited<ReturnType<typeof loadViews>>,
): ElsewherePlace {
  return {
    open: (of) => new ElsewhereModel(client, external, of),
    search: () => new EntriesModel(external),
  };
}

function toActions(
  app: JupyterFrontEnd,
  cellar: Cellar,
  open: (node: string, cell?: string) => Promise<void>,
): LineageActions {
  const run = (id: string, args: Record<string, string>): void => {
    void app.commands.execute(id, args);
  };
  const go = (target: LineageTarget): void => {
    switch (target.kind) {
      case 'node':
        void open(target.id);
        return;
      case 'run':
        void open(`run:${target.run}`, target.cell);
        return;
      case 'diff':
        run(COMMANDS.compare, { base: target.base, head: target.head });
        return;
      case 'notebook':
        run(COMMANDS.showHistory, { path: target.path });
        return;
      case 'version': {
        const { name, version } = target;
        void open(`models:/${name}/${String(version)}`);
      }
    }
  };
  return { onGo: go, artifactUrl: (file) => cellar.client.artifactUrl(file) };
}
