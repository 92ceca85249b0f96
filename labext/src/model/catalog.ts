import { hasEnded, type CatalogItem, type Run, type RunError } from '../api/types';

/** The kind of the runs that download an entry of the catalog; `params.id` names it. */
export const DOWNLOAD = 'download';

/** How an entry stands on the server. */
export interface Stand {
  readonly status: CatalogItem['status'];
  /** The download that goes on, or went on last; empty where there was none. */
  readonly runId: string;
  /** Why it is not here; only in the status `error`. */
  readonly error: RunError | null;
}

/** The newest download of each entry, by the entry's id. */
export function newestDownloads(runs: readonly Run[]): ReadonlyMap<string, Run> {
  const newest = new Map<string, Run>();
  for (const run of runs) {
    const id = entryOf(run);
    const other = newest.get(id);
    if (id !== '' && (!other || other.created_at < run.created_at)) {
      newest.set(id, run);
    }
  }
  return newest;
}

/** The entry that a run downloads; empty for other runs. */
export function entryOf(run: Run): string {
  const id = run.params['id'];
  return run.kind === DOWNLOAD && typeof id === 'string' ? id : '';
}

/** Whether a run ends no more by itself: it has, or it waits for a person. */
export function isOver(run: Run): boolean {
  return hasEnded(run.state) || (run.state === 'interrupted' && run.retry_at === null);
}

/**
 * How an entry stands: what the server said of it, and what was heard of its download since.
 *
 * @param item - What the server said.
 * @param run - The newest download that the page has heard of.
 */
export function standOf(item: CatalogItem, run: Run | undefined): Stand {
  const said: Stand = {
    status: item.status,
    runId: item.run_id ?? '',
    error: item.error
  };
  if (!run) {
    return said;
  }
  if (!isOver(run)) {
    // A file that is here already is not taken away by a download that looks at it.
    return item.status === 'ready' && run.id === item.run_id
      ? said
      : { status: 'downloading', runId: run.id, error: null };
  }
  return item.status === 'downloading' || run.id !== item.run_id
    ? { ...said, ...after(run, said) }
    : said;
}

/** The server has not been asked since the download has ended. */
function after(run: Run, said: Stand): Partial<Stand> {
  if (run.state === 'succeeded') {
    return { status: 'ready', runId: run.id, error: null };
  }
  if (said.status === 'ready') {
    return {};
  }
  return run.state === 'cancelled'
    ? { status: 'absent', runId: run.id, error: null }
    : { status: 'error', runId: run.id, error: run.error };
}

/** Which entries are shown; an empty text means all. */
export interface EntryFilter {
  readonly search: string;
  readonly kind: CatalogItem['kind'] | '';
  readonly language: string;
  readonly status: CatalogItem['status'] | '';
}

/** Shows every entry. */
export const ALL_ENTRIES: EntryFilter = {
  search: '',
  kind: '',
  language: '',
  status: ''
};

/** Whether an entry passes a filter. */
export function passes(
  item: CatalogItem,
  status: CatalogItem['status'],
  filter: EntryFilter
): boolean {
  return (
    (filter.kind === '' || item.kind === filter.kind) &&
    (filter.language === '' || item.languages.includes(filter.language)) &&
    (filter.status === '' || status === filter.status) &&
    hasWords(filter.search, [
      item.id,
      item.repo_id ?? '',
      ...Object.values(item.title),
      ...Object.values(item.description)
    ])
  );
}

/** Whether each word that is looked for is in one of the texts. */
export function hasWords(search: string, texts: readonly string[]): boolean {
  const all = plain(texts.join('\n'));
  return plain(search)
    .split(/\s+/)
    .every(word => all.includes(word));
}

/** Letters that people type for one another: Arabic and Persian ones, a space for a half-space. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/ي/g, 'ی')
    .replace(/ك/g, 'ک')
    .replace(/\u200c/g, ' ');
}

/** A text of the catalog by the code of its language. */
export type Texts = Readonly<Record<string, string>>;

/** A text of the catalog in a language, in English where it has none in that. */
export function textIn(texts: Texts, code: string): string {
  return texts[languageOf(code)] ?? texts['en'] ?? Object.values(texts)[0] ?? '';
}

/** Whether a text of the catalog is there in a language. */
export function isIn(texts: Texts, code: string): boolean {
  return texts[languageOf(code)] !== undefined;
}

function languageOf(code: string): string {
  return code.split('-')[0] ?? 'en';
}

/** Every language of some entries, those of the most entries first. */
export function languagesOf(items: readonly CatalogItem[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const language of items.flatMap(item => item.languages)) {
    counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return [...counts].sort((one, two) => two[1] - one[1]).map(([language]) => language);
}
