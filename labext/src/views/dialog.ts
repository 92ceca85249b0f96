import { Dialog } from '@jupyterlab/apputils';

import type { ILabpool } from '../tokens';

/** What is asked before something happens. */
export interface Question<T> {
  readonly title: string;
  readonly body: Dialog.Body<T>;
  /** The word on the button that does it. */
  readonly accept: string;
  /** The word on the button that does not; "Cancel" where none is given. */
  readonly cancel?: string;
  /** Whether it cannot be taken back. */
  readonly warns?: boolean;
  /** Whether something has to be typed first. */
  readonly types?: boolean;
}

/**
 * Asks in a dialog of JupyterLab, in the direction of the page's language.
 *
 * @returns The value of the body where it was accepted, else null. A text as body gives true.
 */
export async function ask<T>(
  { trans, format }: ILabpool,
  question: Question<T>
): Promise<T | true | null> {
  const { title, body, accept, warns = false, types = !warns } = question;
  const button = { label: accept };
  const dialog = new Dialog<T>({
    title,
    body,
    buttons: [
      Dialog.cancelButton({ label: question.cancel ?? trans.__('Cancel') }),
      warns ? Dialog.warnButton(button) : Dialog.okButton(button)
    ],
    // What cannot be taken back takes more than the Enter key.
    defaultButton: warns ? 0 : 1,
    focusNodeSelector: types ? 'input' : '.jp-mod-reject'
  });
  dialog.node.dir = format.dir;
  const result = await dialog.launch();
  return result.button.accept ? (result.value ?? true) : null;
}
