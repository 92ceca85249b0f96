import type { Render } from '@anywidget/types';

import './run.css';

/** What the kernel keeps in step with this view. */
interface RunModel {
  /** The newest record of the run, as JSON text. */
  snapshot: string;
}

const render: Render<RunModel> = ({ model, el }) => {
  const node = document.createElement('pre');
  node.className = 'lp-Run';
  const draw = (): void => {
    node.textContent = model.get('snapshot');
  };
  model.on('change:snapshot', draw);
  draw();
  el.append(node);
  return () => {
    model.off('change:snapshot', draw);
  };
};

export default { render };
