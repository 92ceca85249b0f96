import * as React from 'react';

/** A tab: what it is called, how many things are in it, and what it shows. */
export interface TabSpec {
  readonly id: string;
  readonly label: string;
  /** Written out; empty where there is nothing to count. */
  readonly count: string;
  readonly content: () => React.ReactElement;
}

/** Tabs that are changed with the arrow keys, as ARIA's pattern for tabs has it. */
export function Tabs(props: {
  readonly label: string;
  readonly tabs: readonly TabSpec[];
  /** Which one somebody has chosen; as long as nobody has, the first one is shown. */
  readonly chosen: string | null;
  readonly choose: (id: string) => void;
}): React.ReactElement {
  const { label, tabs, choose } = props;
  const prefix = React.useId();
  const isThere = tabs.some(tab => tab.id === props.chosen);
  const chosen = (isThere ? props.chosen : tabs[0]?.id) ?? '';
  return (
    <section className="lp-PageTabs" aria-label={label}>
      <TabList {...{ tabs, prefix, chosen, choose }} />
      <div
        id={`${prefix}-panel`}
        className="lp-PageTabs-panel"
        role="tabpanel"
        aria-labelledby={`${prefix}-${chosen}`}
      >
        {tabs.find(tab => tab.id === chosen)?.content()}
      </div>
    </section>
  );
}

function TabList(props: {
  readonly tabs: readonly TabSpec[];
  readonly prefix: string;
  readonly chosen: string;
  readonly choose: (id: string) => void;
}): React.ReactElement {
  const { tabs, prefix, chosen, choose } = props;
  const list = React.useRef<HTMLDivElement>(null);
  const go = (event: React.KeyboardEvent): void => {
    const to = target(event, list.current, tabs);
    if (to !== undefined) {
      event.preventDefault();
      choose(to);
      document.getElementById(`${prefix}-${to}`)?.focus();
    }
  };
  return (
    <div ref={list} className="lp-PageTabs-list" role="tablist" onKeyDown={go}>
      {tabs.map(tab => (
        <button
          key={tab.id}
          id={`${prefix}-${tab.id}`}
          type="button"
          role="tab"
          aria-selected={tab.id === chosen}
          aria-controls={`${prefix}-panel`}
          tabIndex={tab.id === chosen ? 0 : -1}
          onClick={() => {
            choose(tab.id);
          }}
        >
          {tab.label}
          {tab.count !== '' && <span className="lp-PageTabs-count">{tab.count}</span>}
        </button>
      ))}
    </div>
  );
}

/** The tab that a key leads to; where text goes right to left, so do the arrows. */
function target(
  event: React.KeyboardEvent,
  list: Element | null,
  tabs: readonly TabSpec[]
): string | undefined {
  const chosen = list?.querySelector('[aria-selected="true"]');
  const at = chosen ? [...(list?.children ?? [])].indexOf(chosen) : 0;
  const forward = list && getComputedStyle(list).direction === 'rtl' ? -1 : 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: at + forward,
    ArrowLeft: at - forward,
    Home: 0,
    End: tabs.length - 1
  };
  const to = steps[event.key];
  return to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length]?.id;
}
