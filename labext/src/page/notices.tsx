import * as React from 'react';

import type { Run } from '../api/types';
import { lackOf } from '../text/endings';
import { noticeWords } from '../text/notices';
import { direction } from '../text/sentences';
import { useLabpool } from '../views/widget';

/** What whoever reads a run must know beside its state: what was cut, skipped or assumed. */
export function Notices({ run }: { readonly run: Run }): React.ReactElement | null {
  const { trans, format } = useLabpool();
  const left = run.notices_left_out;
  const lack = lackOf(run);
  const told = [
    ...(lack === null
      ? []
      : [
          trans.__(
            '%1 of %2 items failed or are not whole.',
            format.number(lack.bad),
            format.number(lack.all)
          )
        ]),
    ...run.notices.map(notice => noticeWords(notice, trans, format)),
    ...notesOf(run)
  ];
  return told.length === 0 ? null : (
    <ul className="lp-PageWarnings" aria-label={trans.__('Notices')}>
      {told.map((sentence, index) => (
        <li key={index} dir={direction(sentence)}>
          {sentence}
        </li>
      ))}
      {left > 0 && (
        <li>
          {trans._n(
            'and %2 more, which is in the log',
            'and %2 more, which are in the log',
            left,
            format.number(left)
          )}
        </li>
      )}
    </ul>
  );
}

/** Sentences of a result that are no notices: so runs told them before there were any. */
function notesOf({ result, notices }: Run): readonly string[] {
  const notes = (result as { readonly notes?: unknown } | null)?.notes;
  const known = new Set(notices.map(notice => notice.message));
  return Array.isArray(notes)
    ? notes.filter(
        (note): note is string => typeof note === 'string' && !known.has(note)
      )
    : [];
}
