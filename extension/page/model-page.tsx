import { useState, type JSX } from 'react';

import type { RegisteredModelPage, TrailEntry } from '../../contract/models.js';
import type { Loaded } from '../model/loaded.js';
import { EditableText, Facts, Trail } from '../view/model-parts.js';
import { RuleForm } from '../view/rule-form.js';
import { Empty } from '../view/states.js';
import { VersionList } from '../view/version-list.js';
import { Shown, snapshotUrl, useLoaded, type ModelPageProps } from './loaded-page.js';
import { formatRoute } from './routes.js';

interface Asked {
  readonly model: RegisteredModelPage;
  readonly trail: readonly TrailEntry[];
}

/** A registered model: what it is, who must approve, its versions, and what befell it. */
export function ModelPage(props: ModelPageProps & { readonly name: string }): JSX.Element {
  const { client, models, name } = props;
  const loaded = useLoaded<Asked>(client, async () => {
    const [model, trail] = await Promise.all([models.get(name), models.trail(name)]);
    return { model, trail };
  });
  return (
    <div className="cellar-Scroll">
      <Shown loaded={loaded} label="Loading the model">
        {(asked) => <Model {...asked} loaded={loaded} models={models} />}
      </Shown>
    </div>
  );
}

function Model(
  props: Asked & Pick<ModelPageProps, 'models'> & { readonly loaded: Loaded<Asked> },
): JSX.Element {
  const { model, trail, loaded, models } = props;
  const { name, mayChange, rows } = model;
  const [chosen, setChosen] = useState<readonly number[]>([]);
  return (
    <article className="cellar-Model" aria-label={name}>
      <header className="cellar-Model-head">
        <h1>{name}</h1>
        <EditableText
          label="Description"
          text={model.description}
          mayChange={mayChange}
          onSave={(description) => loaded.act(() => models.change(name, { description }))}
        />
        <RuleForm
          rule={model.rule}
          mayChange={mayChange}
          onSave={(rule) => loaded.act(() => models.change(name, { rule }))}
        />
      </header>
      {rows.length === 0 ? (
        <Empty title="No version yet." />
      ) : (
        <>
          <CompareChosen name={name} chosen={chosen} />
          <VersionList
            rows={rows}
            chosen={chosen}
            urlOf={(version) => formatRoute({ kind: 'version', name, version })}
            snapshotUrl={snapshotUrl}
            onChoose={(version) => {
              setChosen((before) =>
                before.includes(version)
                  ? before.filter((each) => each !== version)
                  : [...before.slice(-1), version],
              );
            }}
          />
        </>
      )}
      <Facts title="History">
        <Trail trail={trail} />
      </Facts>
    </article>
  );
}

function CompareChosen(props: {
  readonly name: string;
  readonly chosen: readonly number[];
}): JSX.Element {
  const [base = 0, head = 0] = props.chosen.slice().sort((a, b) => a - b);
  return (
    <div className="cellar-Model-compare">
      {props.chosen.length === 2 ? (
        <a
          className="cellar-TextButton cellar-mod-accent"
          href={formatRoute({ kind: 'versions', name: props.name, base, head })}
        >
          Compare the two
        </a>
      ) : (
        <span className="cellar-quiet">Choose two versions to compare them</span>
      )}
    </div>
  );
}
