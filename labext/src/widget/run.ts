import type { AnyModel, Render } from '@anywidget/types';

import './run.css';

import { Store } from './store';
import type { Change, Snapshot } from './types';
import { createView, type View } from './view';

/** What the kernel keeps in step with this view. */
interface RunModel {
  snapshot: Snapshot;
}

type Message = { type: 'heard' } | ({ type: 'change' } & Change);

const render: Render<RunModel> = ({ model, el }) => {
  const view = createView(document.documentElement.lang, (what, id) => {
    model.send({ type: what, id });
  });
  el.append(view.node);
  const stop = follow(model, view);
  return () => {
    stop();
    view.dispose();
  };
};

/**
 * Shows what the kernel sends. Messages that come before this view is attached are lost, and
 * so may others be: each has a number, and on a gap the view asks for the snapshot.
 */
function follow(model: AnyModel<RunModel>, view: View): () => void {
  const store = new Store(model.get('snapshot'));
  let isGone = false;
  const draw = (): void => {
    view.draw({ ...store.shown, link: isGone ? 'closed' : store.shown.link });
  };
  const sync = (): void => {
    model.send({ type: 'sync', rev: store.shown.rev });
  };
  const replace = (): void => {
    isGone = false;
    store.replace(model.get('snapshot'));
    draw();
  };
  const hear = (message: Message): void => {
    isGone = false;
    if (message.type === 'heard') {
      view.heard();
    } else if (store.apply(message)) {
      draw();
    } else {
      sync();
    }
  };
  // The front end has lost the kernel, or has it again; only a word from it tells which.
  const lose = (): void => {
    isGone = true;
    draw();
  };
  model.on('change:snapshot', replace);
  model.on('msg:custom', hear);
  model.on('comm_live_update', lose);
  draw();
  sync();
  return () => {
    model.off('change:snapshot', replace);
    model.off('msg:custom', hear);
    model.off('comm_live_update', lose);
  };
}

export default { render };
