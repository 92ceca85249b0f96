import * as React from 'react';

import type { LogLine } from '../api/types';
import { plain } from '../model/logBook';
import { useLabpool } from '../views/widget';

/** One log line. */
export function LogRow(props: {
  readonly line: LogLine;
  /** Text to mark. */
  readonly search: string;
}): React.ReactElement {
  const { format } = useLabpool();
  const { line, search } = props;
  return (
    <div className="lp-LogRow" data-level={line.level} title={rowTitle(line)}>
      <time dateTime={line.at}>{format.clock(line.at)}</time>
      <span dir="auto">{marked(line.text, search)}</span>
    </div>
  );
}

function rowTitle({ level, worker }: LogLine): string {
  return worker === '' ? level : `${level} · ${worker}`;
}

/** A text with every place marked where it holds another one. */
export function marked(text: string, search: string): React.ReactNode {
  const wanted = plain(search.trim());
  const inside = plain(text);
  // Some letters have a lower case of two; then the places are not the same.
  if (wanted === '' || inside.length !== text.length) {
    return text;
  }
  const pieces: React.ReactNode[] = [];
  let from = 0;
  for (let at = inside.indexOf(wanted); at >= 0; at = inside.indexOf(wanted, from)) {
    const end = at + wanted.length;
    pieces.push(text.slice(from, at), <mark key={at}>{text.slice(at, end)}</mark>);
    from = end;
  }
  return [...pieces, text.slice(from)];
}
