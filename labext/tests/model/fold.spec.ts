/// <reference types="node" />
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Run, RunEvent } from '../../src/api/types';
import { fold } from '../../src/model/fold';

/** The stories that the Python model folds as well. */
const FOLDER = join(import.meta.dirname, '../../../tests/fixtures/state');

interface Story {
  readonly name: string;
  readonly events: readonly RunEvent[];
  readonly run: Run | null;
}

describe('a run is the fold of its events', () => {
  for (const file of readdirSync(FOLDER)) {
    const story = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Story;
    it(story.name, () => {
      expect(story.events.reduce<Run | null>(fold, null)).toEqual(story.run);
    });
  }
});
