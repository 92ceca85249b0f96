/**
 * How this page stands with the server: `missing` means that the server has no Labpool, `refused`
 * that this login may not see runs, `failed` that Labpool itself could not start there.
 */
export type Link =
  'idle' | 'connecting' | 'live' | 'reconnecting' | 'missing' | 'refused' | 'failed';
