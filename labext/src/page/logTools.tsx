import { downloadIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { LogLevel } from '../api/types';
import { LEVELS } from '../model/logBook';
import { logText } from '../model/logPages';
import type { RunDetail } from '../model/runDetail';
import { useLabpool } from '../views/widget';
import { CopyButton, IconButton } from '../views/copy';

/** Which lines are shown, and ways to take them along. */
export function LogTools({
  detail
}: {
  readonly detail: RunDetail;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { logs } = detail;
  return (
    <div className="lp-PagePart-tools">
      <LevelChoice
        level={logs.filter.level}
        choose={level => {
          logs.setFilter({ ...logs.filter, level });
        }}
      />
      <input
        type="search"
        className="jp-mod-styled lp-LogTools-search"
        placeholder={trans.__('Search the log')}
        aria-label={trans.__('Search the log')}
        dir="auto"
        value={logs.filter.search}
        onChange={event => {
          logs.setFilter({ ...logs.filter, search: event.target.value });
        }}
      />
      <Count detail={detail} />
      <TakeAlong detail={detail} />
    </div>
  );
}

/** Copies what is shown, downloads all there is. */
function TakeAlong({ detail }: { readonly detail: RunDetail }): React.ReactElement {
  const { trans } = useLabpool();
  return (
    <>
      <CopyButton
        isSmall
        label={trans.__('Copy the lines shown')}
        text={() => logText(detail.logs.shown)}
      />
      <IconButton
        isSmall
        icon={downloadIcon}
        label={trans.__('Download the whole log')}
        press={() => {
          void detail.wholeLog().then(lines => {
            download(`${detail.id}.log`, logText(lines));
          });
        }}
      />
    </>
  );
}

function LevelChoice(props: {
  readonly level: LogLevel;
  readonly choose: (level: LogLevel) => void;
}): React.ReactElement {
  const { trans } = useLabpool();
  const words: Readonly<Record<LogLevel, string>> = {
    debug: trans.__('All levels'),
    info: trans.__('Info and up'),
    warning: trans.__('Warnings and errors'),
    error: trans.__('Errors')
  };
  return (
    <select
      className="jp-mod-styled lp-LogTools-level"
      aria-label={trans.__('Levels')}
      value={props.level}
      onChange={event => {
        props.choose(event.target.value as LogLevel);
      }}
    >
      {LEVELS.map(level => (
        <option key={level} value={level}>
          {words[level]}
        </option>
      ))}
    </select>
  );
}

/** How many lines there are, and how many of them are shown. */
function Count({ detail }: { readonly detail: RunDetail }): React.ReactElement {
  const { trans, format } = useLabpool();
  const { shown, size, isWhole } = detail.logs;
  const total = format.number(size);
  const all = isWhole
    ? trans._n('%2 line', '%2 lines', size, total)
    : trans._n('the last line', 'the last %2 lines', size, total);
  return (
    <span className="lp-Dim lp-LogTools-count" role="status">
      {shown.length === size
        ? all
        : trans.__('%1 of %2', format.number(shown.length), all)}
    </span>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
