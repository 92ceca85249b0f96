import { hasEnded, type Run, type RunEvent } from '../api/types';
import { fold } from './fold';

/** Runs asked for when the page opens; also the page size of lists. */
export const PAGE_SIZE = 50;

/** The runs that a page has heard of, as the events have left them. */
export class RunBook {
  /** Every run, in no order. */
  get all(): readonly Run[] {
    return [...this.runs.values()];
  }

  /** The runs that have not ended, newest first. */
  get active(): readonly Run[] {
    const runs = this.all.filter(run => !hasEnded(run.state));
    return runs.sort((one, two) => (one.created_at < two.created_at ? 1 : -1));
  }

  /** A run, if the page has heard of it. */
  get(id: string): Run | null {
    return this.runs.get(id) ?? null;
  }

  /** Forgets all. */
  clear(): void {
    this.runs.clear();
  }

  /**
   * Takes in runs that a REST answer has brought; what is older than known is left out.
   *
   * @returns The ids of those that are taken.
   */
  learn(runs: readonly Run[]): ReadonlySet<string> {
    const news = runs.filter(run => run.seq >= (this.runs.get(run.id)?.seq ?? 0));
    news.forEach(run => this.runs.set(run.id, run));
    return new Set(news.map(run => run.id));
  }

  /**
   * Folds events into the runs that they tell of.
   *
   * @returns The ids of the runs that have changed.
   */
  tell(events: readonly RunEvent[]): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const event of events) {
      if (this.isNews(event)) {
        const now = fold(this.get(event.run_id), event);
        if (now) {
          this.runs.set(event.run_id, now);
        } else {
          this.runs.delete(event.run_id);
        }
        changed.add(event.run_id);
      }
    }
    return changed;
  }

  private isNews(event: RunEvent): boolean {
    const run = this.runs.get(event.run_id);
    return run ? event.seq > run.seq : event.type === 'run_queued';
  }

  private readonly runs = new Map<string, Run>();
}
