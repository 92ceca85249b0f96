import type { Dialog } from '@jupyterlab/apputils';
import * as React from 'react';

import type { ILabpool } from '../tokens';
import { LabpoolWidget, useLabpool } from '../views/widget';

/** What a person gives to be kept. */
export interface Given {
  readonly name: string;
  readonly file: File | null;
}

/** Asks for a name and a file. */
export class SaveBody extends LabpoolWidget implements Dialog.IBodyWidget<Given> {
  /**
   * @param labpool - What it works with.
   * @param given - What was given before.
   * @param problem - Why that could not be kept; empty at first.
   */
  constructor(
    labpool: ILabpool,
    private readonly given: Given,
    problem: string
  ) {
    super(labpool, <SaveFields given={given} problem={problem} />);
    this.addClass('lp-Question');
    this.addClass('lp-SaveSession');
  }

  /** What was typed and chosen. */
  getValue(): Given {
    const name = this.node.querySelector<HTMLInputElement>('[type=text]');
    const file = this.node.querySelector<HTMLInputElement>('[type=file]');
    return {
      name: name?.value.trim() ?? '',
      file: file?.files?.[0] ?? this.given.file
    };
  }
}

function SaveFields(props: {
  readonly given: Given;
  readonly problem: string;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { given, problem } = props;
  const about = React.useId();
  return (
    <>
      {problem !== '' && (
        <p className="lp-Question-problem" role="alert" dir="auto">
          {problem}
        </p>
      )}
      <label>
        {trans.__('Name')}
        <input
          type="text"
          className="jp-mod-styled"
          dir="auto"
          autoComplete="off"
          spellCheck={false}
          required
          maxLength={200}
          pattern=".*\S.*"
          defaultValue={given.name}
        />
      </label>
      <label>
        {trans.__('File')}
        <input
          type="file"
          accept=".json,application/json"
          required={given.file === null}
          aria-describedby={about}
        />
      </label>
      {given.file && (
        <p className="lp-Dim">
          {trans.__('Without another file, %1 is used again.', given.file.name)}
        </p>
      )}
      <p id={about} className="lp-Dim">
        {trans.__(
          'Log in with a browser that Playwright drives, then write its storage state to a JSON file:'
        )}{' '}
        <code dir="ltr">context.storage_state(path="state.json")</code>
      </p>
      <p className="lp-Dim">
        {trans.__(
          'The server keeps it encrypted, for your runs only. Its values are never shown and not written to any log.'
        )}
      </p>
    </>
  );
}
