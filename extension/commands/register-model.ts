import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import { createElement, type ReactElement } from 'react';

import type { RegisterRequest, Registrations } from '../../contract/models.js';
import { RegisterForm } from '../view/register-form.js';
import { cellarIcon } from './icon.js';
import { COMMANDS } from './ids.js';
import { isWritable, targetPath, textArg, type Args, type Command, type Parts } from './parts.js';
import { tellFailure } from './tell.js';

/** Versions that are looked through for the newest one with runs. */
const MOST_VERSIONS = 100;

/** Registers a file or a logged model of the version `id`, or else of the newest version of a notebook that has one. */
export const registerModel: Command = {
  id: COMMANDS.registerModel,
  inPalette: true,
  label: () => 'Register Model…',
  caption: 'Register a model that a version of this notebook has made',
  icon: cellarIcon,
  isEnabled: (parts, args) =>
    isWritable(parts) && (textArg(args, 'id') ?? targetPath(parts, args)) !== undefined,
  execute: async (parts, args) => {
    try {
      const runs = await findRuns(parts, args);
      const found = await parts.models.registrations(runs);
      if (found.candidates.length === 0) {
        const text = 'There is no file and no logged model to register: this version made none.';
        Notification.info(text, { autoClose: 6000 });
        return;
      }
      const asked = await ask(found);
      if (asked === undefined) return;
      const { name, version, refused } = await parts.models.register(asked);
      const url = `${parts.base}#/models/${encodeURIComponent(name)}/${String(version)}`;
      tell(`Registered as ${name} v${String(version)}.`, refused, url);
    } catch (error) {
      tellFailure('Nothing was registered.', error);
    }
  },
};

async function findRuns({ client, ...parts }: Parts, args: Args): Promise<readonly string[]> {
  const id = textArg(args, 'id');
  if (id !== undefined) return (await client.snapshot(id)).runs.map((run) => run.id);
  const path = targetPath({ client, ...parts }, args);
  const notebook = path === undefined ? undefined : await client.findNotebook(path);
  if (notebook === undefined) return [];
  const { rows } = await client.history(notebook.id, { limit: MOST_VERSIONS });
  return rows.find(({ runs }) => runs.length > 0)?.runs.map((run) => run.id) ?? [];
}

/** What a person wants registered; undefined when they leave. */
async function ask(found: Registrations): Promise<RegisterRequest | undefined> {
  const { value, button } = await showDialog({
    title: 'Register a model',
    body: new RegisterBody(found),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: 'Register' })],
    focusNodeSelector: 'input',
  });
  return button.accept ? (value ?? undefined) : undefined;
}

/** The form as JupyterLab's dialogs want it. */
class RegisterBody extends ReactWidget implements Dialog.IBodyWidget<RegisterRequest | undefined> {
  private asked: RegisterRequest | undefined;

  constructor(private readonly found: Registrations) {
    super();
  }

  getValue(): RegisterRequest | undefined {
    return this.asked;
  }

  protected override render(): ReactElement {
    const { candidates, names } = this.found;
    return createElement(RegisterForm, { candidates, names, onChange: this.take });
  }

  private readonly take = (asked: RegisterRequest | undefined): void => {
    this.asked = asked;
  };
}

/** Says what was registered, and why its alias was refused, if it was; with the way to its page. */
function tell(text: string, refused: string | null, url: string): void {
  const actions = [
    {
      label: 'Open its page',
      callback: () => {
        window.open(url, '_blank', 'noreferrer');
      },
    },
  ];
  if (refused === null) Notification.success(text, { autoClose: 8000, actions });
  else Notification.warning(`${text} ${refused}`, { autoClose: false, actions });
}
