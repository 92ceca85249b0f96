/** Does something when told to, but at most once in a while, and never after it was let go. */
export class Calm {
  /**
   * @param act - What is done.
   * @param pauseMs - Shortest time between two times, milliseconds.
   */
  constructor(
    private readonly act: () => void,
    private readonly pauseMs: number
  ) {}

  /** Has it done now, or once the pause is over. */
  ask(): void {
    if (this.timer !== null) {
      this.isWanted = true;
      return;
    }
    this.timer = window.setTimeout(() => {
      this.timer = null;
      if (this.isWanted) {
        this.isWanted = false;
        this.ask();
      }
    }, this.pauseMs);
    this.act();
  }

  /** Does nothing from now on. */
  dispose(): void {
    if (this.timer !== null) {
      window.clearTimeout(this.timer);
    }
    // A timer that never comes keeps all later calls waiting.
    this.timer = 0;
  }

  private timer: number | null = null;
  private isWanted = false;
}
