/** Colours and type of the page, as a canvas needs them. */
export interface Palette {
  readonly curves: readonly string[];
  readonly text: string;
  readonly grid: string;
  readonly font: string;
}

const CURVES = [
  '--jp-brand-color1',
  '--jp-warn-color1',
  '--jp-success-color1',
  '--jp-info-color1',
  '--jp-error-color1',
  '--jp-ui-font-color1'
];

/** The colour of a curve as CSS has it; there are as many as fit, then they begin again. */
export function curveColour(at: number): string {
  return `var(${CURVES[at % CURVES.length] ?? 'currentcolor'})`;
}

/** Reads the page's colours at a node. */
export function palette(node: Element): Palette {
  const style = getComputedStyle(node);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    curves: CURVES.map(name => read(name) || style.color),
    text: read('--jp-ui-font-color2') || style.color,
    grid: read('--jp-border-color2') || style.color,
    font: `11px ${style.fontFamily}`
  };
}

/**
 * Calls back when the page's theme may have taken effect.
 *
 * A theme is a style sheet that arrives some time after it was asked for. So a node without
 * size has a transition on a colour of the theme, and the browser tells when that begins. Out of
 * sight nothing has transitions: then coming into sight is the moment to look again.
 *
 * @returns Stops it.
 */
export function watchTheme(
  probe: Element,
  frame: Element,
  look: () => void
): () => void {
  const sight = new IntersectionObserver(look);
  sight.observe(frame);
  probe.addEventListener('transitionrun', look);
  return () => {
    sight.disconnect();
    probe.removeEventListener('transitionrun', look);
  };
}

/** Whether two palettes look the same. */
export function isSame(one: Palette, other: Palette): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
