/** A curve: rising steps, and the value at each. */
export interface Points {
  steps: number[];
  values: number[];
}

/** Curves by the name of their metric. */
export type Curves = Readonly<Record<string, Points>>;

/** The first step of all curves and the last one; null where they are the same. */
export function extent(curves: Curves): readonly [number, number] | null {
  const all = Object.values(curves).filter(points => points.steps.length > 0);
  const first = Math.min(...all.map(points => points.steps[0] ?? 0));
  const last = Math.max(...all.map(points => points.steps.at(-1) ?? 0));
  return first < last ? [first, last] : null;
}

/** The value at a step or the last one before it; with no step the latest of all. */
export function valueAt(
  points: Points | undefined,
  step: number | null
): number | null {
  if (!points) {
    return null;
  }
  if (step === null) {
    return points.values.at(-1) ?? null;
  }
  return points.values[indexAfter(points.steps, step) - 1] ?? null;
}

/** Where the first step stands that is greater than the given one; the length if none is. */
export function indexAfter(steps: readonly number[], step: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? Infinity) > step) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
