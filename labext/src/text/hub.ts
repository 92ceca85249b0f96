import type { TranslationBundle } from '@jupyterlab/translation';

import type { CatalogItem } from '../api/types';
import type { Format } from './format';

/** An error with a code, from a run or from the server's answer. */
export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * Why something of the catalog is not here, and what to do; empty where only the server's own
 * words tell.
 */
export function reasonWords(
  reason: Reason,
  trans: TranslationBundle,
  format: Format
): string {
  return reason.code === 'disk_full'
    ? diskFull(reason, trans, format)
    : (ofAHost(reason, trans) ?? known(trans)[reason.code] ?? '');
}

/** Words that name the host that answered. */
function ofAHost(
  { code, details }: Reason,
  trans: TranslationBundle
): string | undefined {
  const { host, endpoint } = details;
  if (typeof host !== 'string') {
    return undefined;
  }
  switch (code) {
    case 'wrong_answer':
      return trans.__(
        'Something else answers in the place of %1: a login page, a filter or a mirror. Log in to the network or ask whoever runs it, then try again; what was fetched is kept.',
        host
      );
    case 'host_refuses':
      return trans.__(
        '%1, where the Hub keeps the bytes, refuses them: it may be blocked from the server, or the server’s clock may be wrong. Ask whoever runs the server; what was fetched is kept.',
        host
      );
    case 'bad_redirect':
      return trans.__(
        '%1 sends on to an address that is none. Whoever runs it has to correct that, or the server needs another hub_endpoint.',
        host
      );
    case 'endpoint_redirects':
      return trans.__(
        'The server’s Hub sends on to %1, which is not shown your token. Accept the terms there, and have hub_endpoint of the server set to %2.',
        host,
        typeof endpoint === 'string' ? endpoint : host
      );
    default:
      return undefined;
  }
}

function diskFull(
  { details }: Reason,
  trans: TranslationBundle,
  format: Format
): string {
  const { need_bytes: need, free_bytes: free } = details;
  return typeof need === 'number' && typeof free === 'number'
    ? trans.__(
        'The server’s disk is too full: %1 more are needed, %2 are free. Free some space, then try again.',
        format.count(need, 'byte'),
        format.count(free, 'byte')
      )
    : trans.__('The server’s disk is full. Free some space, then try again.');
}

function known(trans: TranslationBundle): Readonly<Record<string, string>> {
  const gone = trans.__(
    'The worker or the server stopped in the middle. Try again; what was fetched is kept.'
  );
  return {
    ...ofTheRepository(trans),
    hub_offline: trans.__(
      'The Hub cannot be reached. Check the server’s network, then try again; what was fetched is kept.'
    ),
    rate_limited: trans.__(
      'The Hub asks for patience. Try again later; with a token it allows more.'
    ),
    hub_error: trans.__(
      'The Hub answers with an error. Try again later; what was fetched is kept.'
    ),
    bad_endpoint: trans.__(
      'The server’s hub_endpoint is no address. Tell whoever runs the server.'
    ),
    timeout: trans.__(
      'The download took too long. Try again; what was fetched is kept.'
    ),
    too_slow: trans.__(
      'Hardly anything came. Try again when the network is better; what was fetched is kept.'
    ),
    hash_mismatch: trans.__(
      'What came is not what the Hub announced, and was not kept. A proxy in between may change it: ask whoever runs the network.'
    ),
    too_many_requests: trans.__(
      'Another download of yours is going on. Wait until it has ended, or cancel it.'
    ),
    worker_lost: gone,
    worker_stuck: gone,
    server_lost: gone,
    server_stopped: gone
  };
}

function ofTheRepository(trans: TranslationBundle): Readonly<Record<string, string>> {
  return {
    token_needed: trans.__(
      'The Hub wants to know who downloads this. Accept the terms on its page there, then give your token.'
    ),
    access_denied: trans.__(
      'Your token does not open this. Accept the terms on its page at the Hub, or give another token.'
    ),
    repo_not_found: trans.__(
      'The Hub has no such repository, or it is private. Tell whoever keeps the catalog.'
    ),
    revision_not_found: trans.__(
      'The Hub no longer has this revision. Tell whoever keeps the catalog.'
    ),
    model_not_allowed: trans.__('The catalog does not list this any more.')
  };
}

/** The word for how an entry or an asset stands. */
export function statusWord(
  status: CatalogItem['status'],
  trans: TranslationBundle
): string {
  const words: Readonly<Record<CatalogItem['status'], string>> = {
    absent: trans.__('Not here yet'),
    downloading: trans.__('Downloading'),
    ready: trans.__('Ready'),
    error: trans.__('Failed')
  };
  return words[status];
}

/** What a language is called in another; its code where nobody knows. */
export function languageName(
  language: string,
  trans: TranslationBundle,
  format: Format
): string {
  if (language === 'mul') {
    return trans.__('many more');
  }
  try {
    return (
      new Intl.DisplayNames(format.code, { type: 'language' }).of(language) ?? language
    );
  } catch {
    return language; // not a code of a language
  }
}
