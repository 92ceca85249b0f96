import { Signal, type ISignal } from '@lumino/signaling';
import * as React from 'react';

import type { Kind, Run } from '../api/types';
import { Note } from '../views/notes';
import { useLabpool } from '../views/widget';
import { emptyDraft, type Draft } from './draft';
import type { DraftKeeper } from './keeping';
import { KindList, useKinds } from './KindList';
import { LaunchForm } from './LaunchForm';

/** Which draft the page shows; a command may put another one there. */
export class DraftModel {
  /** Another draft is to be shown. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** @param keeper - What was typed before. */
  constructor(readonly keeper: DraftKeeper) {
    this._draft = keeper.last ?? emptyDraft('');
  }

  /** The draft. */
  get draft(): Draft {
    return this._draft;
  }

  /** Shows another draft. */
  set(draft: Draft): void {
    this._draft = draft;
    this._changed.emit();
  }

  private _draft: Draft;
  private readonly _changed = new Signal<this, void>(this);
}

/** Choose a kind, fill in its form, launch the run. */
export function FormPage(props: {
  readonly model: DraftModel;
  readonly launched: (run: Run) => void;
}): React.ReactElement {
  const { trans } = useLabpool();
  const from = useKinds();
  const [draft, setDraft] = React.useState(props.model.draft);
  React.useEffect(() => {
    const take = (): void => {
      setDraft(props.model.draft);
    };
    take();
    props.model.changed.connect(take);
    return () => {
      props.model.changed.disconnect(take);
    };
  }, [props.model]);
  const [choices, setChoices] = React.useState(0);
  const form = React.useRef<HTMLElement>(null);
  React.useEffect(() => {
    if (choices > 0) {
      showBelow(form.current);
    }
  }, [choices]);
  const { launched, model } = props;
  const { keeper } = model;
  const kind = from.kinds?.find(one => one.name === draft.kind);
  return (
    <div className="lp-FormPage" role="group" aria-label={trans.__('New Run')}>
      <section className="lp-FormPage-kinds">
        <h2>{trans.__('What Shall Run?')}</h2>
        <KindList
          from={from}
          chosen={draft.kind}
          choose={name => {
            setDraft(props.model.keeper.of(name) ?? emptyDraft(name));
            setChoices(count => count + 1);
          }}
        />
      </section>
      <section className="lp-FormPage-form" ref={form}>
        {kind ? (
          <Chosen {...{ kind, draft, keeper, launched }} />
        ) : (
          from.kinds && <Note>{trans.__('Choose a kind of run to see its form.')}</Note>
        )}
      </section>
    </div>
  );
}

/** Where the form stands below the kinds, a choice leads to it; beside them it is seen. */
function showBelow(form: HTMLElement | null): void {
  const kinds = form?.previousElementSibling;
  const heading = form?.querySelector('h2');
  if (
    form &&
    kinds &&
    heading &&
    form.getBoundingClientRect().top >= kinds.getBoundingClientRect().bottom
  ) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: 'start' });
  }
}

function Chosen(props: {
  readonly kind: Kind;
  readonly draft: Draft;
  readonly keeper: DraftKeeper;
  readonly launched: (run: Run) => void;
}): React.ReactElement {
  const { trans, kinds } = useLabpool();
  const { kind, draft, keeper, launched } = props;
  if (!kind.available) {
    return (
      <>
        <h2 dir="auto">{kinds.text(kind, kind.title)}</h2>
        <Note kind="error">
          {trans.__('This kind of run is not available on this server.')}{' '}
          <bdi>{kind.reason}</bdi>
        </Note>
      </>
    );
  }
  const key = JSON.stringify(draft);
  return <LaunchForm key={key} {...{ kind, draft, keeper, launched }} />;
}
