/// <reference types="node" />
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '../src');
const PERSIAN = join(
  import.meta.dirname,
  '../../server_ext/labpool_server/locale/fa_IR/LC_MESSAGES/labpool.json'
);
/** How many texts each function of a translation bundle takes before its values. */
const TEXTS = new Map([
  ['__', 1],
  ['_n', 2],
  ['_p', 2]
]);

interface Found {
  readonly key: string;
  readonly forms: readonly string[];
  readonly where: string;
}

function* calls(file: string): Generator<Found | string> {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.ES2022,
    true,
    file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  );
  const pending: ts.Node[] = [source];
  for (let node = pending.pop(); node; node = pending.pop()) {
    pending.push(...node.getChildren(source));
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const name = node.expression.name.text;
      const count = TEXTS.get(name);
      const given = node.arguments.slice(0, count);
      if (count === undefined) {
        continue;
      }
      const where = `${file.slice(SOURCE.length + 1)}: ${node.getText().slice(0, 80)}`;
      const texts = given.flatMap(text =>
        ts.isStringLiteralLike(text) ? text.text : []
      );
      yield texts.length === count
        ? { key: texts[0] ?? '', forms: texts, where }
        : `not a text in itself: ${where}`;
    }
  }
}

function files(): string[] {
  const all = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
  // The notebook widget brings both languages with it: no translator reaches it.
  return all
    .filter(name => /\.tsx?$/.test(name) && !name.startsWith('widget/'))
    .map(name => join(SOURCE, name));
}

function holes(text: string): string[] {
  return [...text.matchAll(/%\d|\{\w+\}/g)].map(match => match[0]).sort();
}

const persian = JSON.parse(readFileSync(PERSIAN, 'utf8')) as Record<string, unknown>;
const found = files().flatMap(file => [...calls(file)]);
const told = found.filter(one => typeof one !== 'string');

describe('Persian', () => {
  it('can be had for every text, since each is written out', () => {
    expect(found.filter(one => typeof one === 'string')).toEqual([]);
  });

  it('has every text of the panel', () => {
    const missing = told.filter(
      one => !isTranslated(persian[one.key], one.forms.length)
    );
    expect(missing.map(one => `${one.key}   (${one.where})`)).toEqual([]);
  });

  it('has the same places for values', () => {
    const wrong = told.filter(({ key, forms }) => {
      const translated = (persian[key] ?? []) as readonly string[];
      return translated.some(
        (text, at) => holes(text).join() !== holes(forms[at] ?? key).join()
      );
    });
    expect(wrong.map(one => one.key)).toEqual([]);
  });

  it('has no text that nothing uses', () => {
    const used = new Set(told.map(one => one.key));
    const kept = Object.keys(persian).filter(key => key !== '');
    expect(kept.filter(key => !used.has(key))).toEqual([]);
  });
});

function isTranslated(value: unknown, forms: number): boolean {
  return (
    Array.isArray(value) &&
    value.length === forms &&
    value.every(text => typeof text === 'string' && text !== '')
  );
}
