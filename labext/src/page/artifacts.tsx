import * as React from 'react';

import type { Artifact } from '../model/story';
import { Note } from '../views/notes';
import { useLabpool } from '../views/widget';
import { CopyButton } from '../views/copy';

/** Characters of a digest by which people tell files apart. */
const DIGEST = 12;

/** The files that a run keeps. */
export function Artifacts(props: {
  readonly artifacts: readonly Artifact[];
}): React.ReactElement {
  const { trans } = useLabpool();
  if (props.artifacts.length === 0) {
    return (
      <Note>
        {trans.__(
          'No artifacts. Checkpoints and files that the job saves appear here.'
        )}
      </Note>
    );
  }
  return (
    <ul className="lp-Artifacts lp-Scroll">
      {props.artifacts.map(artifact => (
        <ArtifactRow key={artifact.name} artifact={artifact} />
      ))}
    </ul>
  );
}

function ArtifactRow({
  artifact
}: {
  readonly artifact: Artifact;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const { name, kind, path, size_bytes, sha256 } = artifact;
  return (
    <li>
      <div className="lp-Artifacts-head">
        <bdi className="lp-Artifacts-name">{name}</bdi>
        <span className="lp-Dim">
          {kind === 'checkpoint' ? trans.__('checkpoint') : trans.__('file')}
        </span>
        <span className="lp-Dim">{format.count(size_bytes, 'byte')}</span>
        <time className="lp-Dim" dateTime={artifact.at}>
          {format.date(artifact.at)}
        </time>
      </div>
      <Meta artifact={artifact} />
      <div className="lp-Artifacts-path">
        <bdi className="lp-Code" dir="ltr" title={path}>
          {path}
        </bdi>
        <CopyButton isSmall label={trans.__('Copy path')} text={() => path} />
        <bdi className="lp-Code lp-Dim" title={`SHA-256 ${sha256}`}>
          {sha256.slice(0, DIGEST)}
        </bdi>
      </div>
    </li>
  );
}

/** What the job says of a file, such as its step and its accuracy. */
function Meta({
  artifact
}: {
  readonly artifact: Artifact;
}): React.ReactElement | null {
  const { format } = useLabpool();
  const facts = Object.entries(artifact.meta);
  if (facts.length === 0) {
    return null;
  }
  return (
    <dl className="lp-Facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>
            <bdi title={name}>{format.name(name)}</bdi>
          </dt>
          <dd>
            <bdi>
              {isFigure(value) ? format.figure(name, value) : JSON.stringify(value)}
            </bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Whether a value can be told in a word. */
export function isFigure(value: unknown): value is number | string | boolean | null {
  return value === null || ['number', 'string', 'boolean'].includes(typeof value);
}
