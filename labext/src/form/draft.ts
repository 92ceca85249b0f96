import type { Values } from './RunForm';

/** What a form begins with. */
export interface Draft {
  readonly kind: string;
  readonly params: Values;
  readonly name: string;
}
