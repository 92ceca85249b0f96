import * as React from 'react';

import type { Run } from '../api/types';
import { python, pythonCall } from '../text/python';
import { Note } from '../views/notes';
import { useLabpool } from '../views/widget';
import { CopyButton } from '../views/copy';

/** What a run was launched with, and the Python that launches it once more. */
export function Params(props: {
  readonly run: Run;
  /** Attempts that it was allowed at first; resuming raises the number. */
  readonly maxAttempts: number;
}): React.ReactElement {
  const { trans, kinds } = useLabpool();
  const { run, maxAttempts } = props;
  const params = Object.entries(run.params);
  return (
    <div className="lp-Scroll">
      <div className="lp-PagePart-tools">
        <CopyButton
          label={trans.__('Copy as Python')}
          text={() => pythonCall({ ...run, max_attempts: maxAttempts })}
        />
      </div>
      {params.length === 0 ? (
        <Note>{trans.__('This run has no parameters.')}</Note>
      ) : (
        <Table
          params={params}
          resolved={run.resolved}
          titles={kinds.params(run.kind)}
        />
      )}
    </div>
  );
}

function Table(props: {
  readonly params: readonly (readonly [string, unknown])[];
  /** What the job chose where nothing was given. */
  readonly resolved: Run['resolved'];
  /** What people call the params, by name. */
  readonly titles: ReadonlyMap<string, string>;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  return (
    <table className="lp-PageTable">
      <thead>
        <tr>
          <th scope="col">{trans.__('Parameter')}</th>
          <th scope="col">{trans.__('Value')}</th>
        </tr>
      </thead>
      <tbody>
        {props.params.map(([name, value]) => (
          <tr key={name}>
            <th scope="row" title={name}>
              <bdi>{props.titles.get(name) ?? format.name(name)}</bdi>
            </th>
            <td>
              {name in props.resolved ? (
                <>
                  <Value value={props.resolved[name]} />{' '}
                  <span className="lp-Dim">{trans.__('(chosen by the job)')}</span>
                </>
              ) : (
                <Value value={value} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A text as it is, anything else as Python writes it. */
function Value({ value }: { readonly value: unknown }): React.ReactElement {
  return typeof value === 'string' ? (
    <span className="lp-Code" dir="auto">
      {value}
    </span>
  ) : (
    <bdi className="lp-Code" dir="ltr">
      {python(value)}
    </bdi>
  );
}
