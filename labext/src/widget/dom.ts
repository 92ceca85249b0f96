/** What `h` may set on a node. */
export interface Props {
  readonly class?: string;
  readonly [attribute: string]: string | undefined;
}

/** Makes an element with attributes and children. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    set(node, name, value ?? null);
  }
  node.append(...children);
  return node;
}

/** Sets an attribute where it differs; null takes it away. */
export function set(node: Element, name: string, value: string | null): void {
  if (value === null) {
    node.removeAttribute(name);
  } else if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}

/** Sets a text where it differs, so that a selection in it survives. */
export function write(node: Element, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** Shows a node or hides it. */
export function reveal(node: HTMLElement, shown: boolean): void {
  node.hidden = !shown;
}

/**
 * Keeps one child for each item, in place: nodes of items that stay are never replaced.
 *
 * @param list - The parent.
 * @param items - What it shows.
 * @param make - Makes an empty child.
 * @param draw - Draws an item into its child.
 */
export function each<Item>(
  list: HTMLElement,
  items: readonly Item[],
  make: () => HTMLElement,
  draw: (node: HTMLElement, item: Item) => void
): void {
  while (list.children.length > items.length) {
    list.lastElementChild?.remove();
  }
  items.forEach((item, at) => {
    const node =
      (list.children[at] as HTMLElement | undefined) ?? list.appendChild(make());
    draw(node, item);
  });
}
