import type { FieldProps } from '@rjsf/utils';
import * as React from 'react';

import { useSessions } from '../../sessions/list';
import { Commands } from '../../tokens';
import { useLabpool } from '../../views/widget';

/** A choice of the sessions that the server keeps, and the way to them. */
export function SessionField(props: FieldProps): React.ReactElement {
  const { trans, commands } = useLabpool();
  const { sessions, problem, ask } = useSessions();
  const { idSchema, onChange, disabled } = props;
  const id = idSchema.$id;
  const chosen = typeof props.formData === 'string' ? props.formData : '';
  const kept = (sessions ?? []).map(session => session.name);
  // One that is not there any more is told by whoever checks the values.
  const names = chosen === '' || kept.includes(chosen) ? kept : [...kept, chosen];
  return (
    <div className="lp-SessionField">
      <select
        id={id}
        value={chosen}
        disabled={disabled}
        aria-describedby={`${id}__error ${id}__description`}
        onChange={event => {
          onChange(event.target.value === '' ? undefined : event.target.value);
        }}
      >
        <option value="">{trans.__('No session')}</option>
        {names.map(name => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {commands.hasCommand(Commands.sessions) && (
        <button
          type="button"
          className="lp-Link"
          onClick={() => {
            void commands.execute(Commands.sessions).then((saved: unknown) => {
              ask();
              if (typeof saved === 'string' && saved !== '') {
                onChange(saved);
              }
            });
          }}
        >
          {trans.__('Sessions…')}
        </button>
      )}
      {problem !== '' && (
        <span className="lp-Dim" role="status">
          {trans.__('The sessions could not be loaded: %1', problem)}
        </span>
      )}
    </div>
  );
}
