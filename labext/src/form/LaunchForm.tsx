import * as React from 'react';

import type { Kind, Run } from '../api/types';
import { Note } from '../views/notes';
import { useLabpool } from '../views/widget';
import type { Draft } from './draft';
import { EnvelopeField, MoreFields } from './Envelope';
import type { DraftKeeper } from './keeping';
import { useForm, type Form } from './useForm';

// The validator is the largest part of the panel: only who opens a form waits for it.
const RunForm = React.lazy(() => import('./RunForm'));

/** The form of one kind with its button. */
export function LaunchForm(props: {
  readonly kind: Kind;
  readonly draft: Draft;
  readonly keeper: DraftKeeper;
  readonly launched: (run: Run) => void;
}): React.ReactElement {
  const { trans, kinds } = useLabpool();
  const { kind } = props;
  const form = useForm(props);
  const node = React.useRef<HTMLFormElement>(null);
  React.useEffect(() => {
    if (form.presses === 0) {
      return undefined;
    }
    // The fields draw the server's words one drawing after the form has them.
    const frame = requestAnimationFrame(() => {
      showFirstWrong(node.current);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [form.presses]);
  return (
    <form
      ref={node}
      className="lp-RunForm"
      noValidate
      aria-label={kinds.text(kind, kind.title)}
      onSubmit={event => {
        event.preventDefault();
        form.submit();
      }}
    >
      <h2 dir="auto">{kinds.text(kind, kind.title)}</h2>
      {kind.description !== '' && (
        <p dir="auto">{kinds.text(kind, kind.description)}</p>
      )}
      <EnvelopeField
        field="name"
        label={trans.__('Name')}
        help={trans.__('What people call this run; made from its kind when empty.')}
        {...form.envelope}
      />
      <React.Suspense fallback={<Note>{trans.__('Loading…')}</Note>}>
        <RunForm
          kind={kind}
          values={form.values}
          refusal={form.refusal}
          isPressed={form.isPressed}
          change={form.change}
          judge={form.judge}
        />
      </React.Suspense>
      <MoreFields {...form.envelope} />
      <Ending form={form} />
    </form>
  );
}

/** Opens what is folded over the first wrong field, and goes there. */
function showFirstWrong(form: HTMLFormElement | null): void {
  const field = form?.querySelector(
    '.lp-Field[data-wrong="true"] :is(input, select, textarea)'
  );
  if (field instanceof HTMLElement) {
    const fold = field.closest('details');
    if (fold) {
      fold.open = true;
    }
    field.focus();
  }
}

function Ending(props: { readonly form: Form }): React.ReactElement {
  const { trans } = useLabpool();
  const { form } = props;
  return (
    <div className="lp-RunForm-end">
      {form.problem !== '' && <Note kind="error">{form.problem}</Note>}
      <button
        type="submit"
        className="jp-mod-styled jp-mod-accept"
        aria-disabled={form.isBusy || form.isValid === null}
      >
        {form.isBusy ? trans.__('Launching…') : trans.__('Launch')}
      </button>
    </div>
  );
}
