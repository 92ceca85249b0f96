import { beforeEach, describe, expect, it } from 'vitest';

import { emptyDraft } from '../../src/form/draft';
import { DraftKeeper } from '../../src/form/keeping';

let kept: Map<string, string>;
let keeper: DraftKeeper;

beforeEach(() => {
  kept = new Map();
  keeper = new DraftKeeper({
    getItem: key => kept.get(key) ?? null,
    setItem: (key, text) => {
      kept.set(key, text);
    }
  });
});

const typed = (kind: string, below: number): ReturnType<typeof emptyDraft> => ({
  ...emptyDraft(kind),
  params: { below }
});

describe('what is typed into a form', () => {
  it('is kept for each kind, and the last one is known', () => {
    keeper.keep(typed('primes', 7));
    keeper.keep(typed('train', 9));
    expect(keeper.of('primes')).toEqual(typed('primes', 7));
    expect(keeper.last).toEqual(typed('train', 9));
  });

  it('is forgotten when it is launched', () => {
    keeper.keep(typed('primes', 7));
    keeper.keep(typed('train', 9));
    keeper.forget('train');
    expect(keeper.of('train')).toBeNull();
    expect(keeper.last).toBeNull();
    expect(keeper.of('primes')).not.toBeNull();
  });

  it.each(['', 'null', '[]', '{"drafts": {"primes": null}}', '{"drafts": {"a": 3}}'])(
    'is nothing where the browser keeps another text: %s',
    text => {
      keeper.keep(typed('primes', 7));
      kept.forEach((_, key) => kept.set(key, text));
      expect(keeper.of('primes')).toBeNull();
      expect(keeper.last).toBeNull();
    }
  );

  it('is not kept, and nothing breaks, where a browser keeps nothing', () => {
    const refusing = new DraftKeeper({
      getItem: () => {
        throw new Error('forbidden');
      },
      setItem: () => {
        throw new Error('full');
      }
    });
    refusing.keep(typed('primes', 7));
    expect(refusing.last).toBeNull();
  });
});
