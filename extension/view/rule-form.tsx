import { useState, type JSX } from 'react';

import type { ApprovalRule } from '../../contract/models.js';
import { ruleWords } from '../model/model-words.js';
import { TextButton } from './button.js';
import { FormButtons } from './model-parts.js';

/** What is asked for before aliases of a model move; its owner sets it here. */
export function RuleForm(props: {
  readonly rule: ApprovalRule | null;
  readonly mayChange: boolean;
  /** Null takes the rule off; true when it was done. */
  readonly onSave: (rule: ApprovalRule | null) => Promise<boolean>;
}): JSX.Element | null {
  const { rule, mayChange, onSave } = props;
  const [open, setOpen] = useState(false);
  if (open)
    return (
      <Form
        rule={rule}
        onCancel={() => {
          setOpen(false);
        }}
        onSave={async (next) => {
          if (await onSave(next)) setOpen(false);
        }}
      />
    );
  if (!mayChange && rule === null) return null;
  return (
    <p>
      {rule === null ? (
        <span className="cellar-quiet">Aliases move without approval.</span>
      ) : (
        ruleWords(rule)
      )}{' '}
      {mayChange ? (
        <TextButton
          look="plain"
          onClick={() => {
            setOpen(true);
          }}
        >
          {rule === null ? 'Ask for approval' : 'Change'}
        </TextButton>
      ) : null}
    </p>
  );
}

function Form(props: {
  readonly rule: ApprovalRule | null;
  readonly onCancel: () => void;
  readonly onSave: (rule: ApprovalRule | null) => Promise<void>;
}): JSX.Element {
  const { rule, onCancel, onSave } = props;
  const [aliases, setAliases] = useState(rule?.aliases.join(', ') ?? 'champion');
  const [persons, setPersons] = useState(rule?.persons.join(', ') ?? '');
  const [needed, setNeeded] = useState(rule?.needed ?? 1);
  const [own, setOwn] = useState(rule?.own ?? false);
  const next = { aliases: toList(aliases), persons: toList(persons), needed, own };
  const isWhole = next.aliases.length > 0 && next.persons.length >= needed;
  return (
    <form
      className="cellar-Form cellar-mod-rule"
      aria-label="Approval"
      onSubmit={(event) => {
        event.preventDefault();
        void onSave(next);
      }}
    >
      <label>
        Aliases that ask for approval (commas between)
        <input
          value={aliases}
          onChange={({ target }) => {
            setAliases(target.value);
          }}
        />
      </label>
      <label>
        Who may approve, by name or address (commas between)
        <input
          value={persons}
          placeholder="Anna, ben@example.org"
          autoFocus
          onChange={({ target }) => {
            setPersons(target.value);
          }}
        />
      </label>
      <label className="cellar-Form-number">
        How many of them must
        <input
          type="number"
          min={1}
          max={100}
          value={needed}
          onChange={({ target }) => {
            setNeeded(Math.max(1, Number(target.value)));
          }}
        />
      </label>
      <label className="cellar-Form-check">
        <input
          type="checkbox"
          checked={own}
          onChange={({ target }) => {
            setOwn(target.checked);
          }}
        />
        Who registered a version may approve it, too
      </label>
      <FormButtons save="Ask for approval" disabled={!isWhole} onCancel={onCancel} />
      {rule === null ? null : (
        <TextButton
          look="plain"
          onClick={() => {
            void onSave(null);
          }}
        >
          Ask for none any more
        </TextButton>
      )}
    </form>
  );
}

function toList(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim().replace(/^@/, ''));
  return [...new Set(parts.filter((part) => part !== ''))];
}
