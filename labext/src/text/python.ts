import type { Run } from '../api/types';

/** How a run was asked for, before resuming changed what it may do. */
export type Asked = Pick<
  Run,
  'id' | 'kind' | 'params' | 'name' | 'priority' | 'max_attempts' | 'timeout_s' | 'tags'
>;

const WIDTH = 88;
const INDENT = '    ';

/** Arguments of `submit` itself; a parameter of such a name goes into `params`. */
const TAKEN = ['name', 'priority', 'max_attempts', 'timeout_s', 'tags', 'params'];
const DEFAULTS: Readonly<Record<string, unknown>> = {
  priority: 0,
  max_attempts: 3,
  timeout_s: null
};
const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else ' +
    'except finally for from global if import in is lambda nonlocal not or pass raise ' +
    'return try while with yield'
  ).split(' ')
);

/** Characters that turn the direction of the text around them: in code they could deceive. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Writes the call that launches a run like this one.
 *
 * @returns Python: `pool.submit("train", ...)`.
 */
export function pythonCall(run: Asked): string {
  const own = Object.entries(run.params).filter(([name]) => isPlainName(name));
  const others = Object.entries(run.params).filter(([name]) => !isPlainName(name));
  const options = {
    ...(isOwnName(run) ? { name: run.name } : {}),
    ...pick(run, ['priority', 'max_attempts', 'timeout_s']),
    ...(run.tags.length > 0 ? { tags: run.tags } : {})
  };
  const named = [...Object.entries(options), ...own].map(
    ([name, value]) => `${name}=${python(value, name.length + 6)}`
  );
  if (others.length > 0) {
    named.push(`params=${python(Object.fromEntries(others), 12)}`);
  }
  return `pool.submit${wrap('(', [python(run.kind), ...named], ')', 11)}\n`;
}

/**
 * Writes a JSON value as Python.
 *
 * @param used - Columns that are taken before it.
 */
export function python(value: unknown, used = 0): string {
  if (value === null || value === undefined) {
    return 'None';
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  if (Array.isArray(value)) {
    return wrap(
      '[',
      value.map(item => python(item, 4)),
      ']',
      used
    );
  }
  if (typeof value === 'object') {
    const items = Object.entries(value).map(
      ([key, item]) => `${text(key)}: ${python(item, key.length + 8)}`
    );
    return wrap('{', items, '}', used);
  }
  return typeof value === 'string' ? text(value) : JSON.stringify(value);
}

/** A JSON string is a Python string as well. */
function text(value: string): string {
  return JSON.stringify(value).replace(
    TURNING,
    sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
}

/** On one line where it fits, else one line for each item, as Python's formatters do. */
function wrap(
  open: string,
  items: readonly string[],
  close: string,
  used: number
): string {
  const line = `${open}${items.join(', ')}${close}`;
  if (used + line.length <= WIDTH && !line.includes('\n')) {
    return line;
  }
  const lines = items.map(item => `${INDENT}${item.replace(/\n/g, `\n${INDENT}`)},\n`);
  return `${open}\n${lines.join('')}${close}`;
}

/** Whether somebody named the run; the server's own names begin with the kind and end with a piece of the id. */
function isOwnName(run: Asked): boolean {
  const { name, kind, id } = run;
  return !(name.startsWith(`${kind} `) && name.endsWith(` ${id.slice(0, 4)}`));
}

function isPlainName(name: string): boolean {
  return (
    /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) &&
    !TAKEN.includes(name) &&
    !KEYWORDS.has(name)
  );
}

function pick(run: Asked, names: readonly (keyof Asked)[]): Record<string, unknown> {
  const given = names.filter(name => run[name] !== DEFAULTS[name]);
  return Object.fromEntries(given.map(name => [name, run[name]]));
}
