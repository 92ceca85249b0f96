/** One wrong value in what was sent. */
export interface FieldError {
  /** Path of the field, outermost first: `['params', 'epochs']`. */
  readonly path: readonly string[];
  readonly message: string;
}

/** Says errors in the page's language. */
export interface Voice {
  say(error: {
    readonly code: string;
    readonly message: string;
    readonly details: Readonly<Record<string, unknown>>;
  }): string;
  field(code: string, args: Readonly<Record<string, unknown>>, message: string): string;
}

/** The server's own words. */
const PLAIN: Voice = {
  say: error => error.message,
  field: (_, __, message) => message
};

/** An answer of the server that is not a success. */
export class ApiError extends Error {
  /**
   * @param status - The HTTP status.
   * @param code - The error code of Labpool; empty when Labpool did not answer.
   * @param message - What went wrong and what to do next, in words.
   * @param details - Facts that go with the code.
   */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    /** The fields that were wrong, where the server says which. */
    readonly fields: readonly FieldError[] = fieldsOf(details, PLAIN)
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /**
   * Reads `{code, message, details}`; a page of HTML gives the bare status.
   *
   * @param voice - Says it in the page's language.
   */
  static async from(response: Response, voice: Voice): Promise<ApiError> {
    const answer = await readObject(response);
    const told = {
      code: typeof answer['code'] === 'string' ? answer['code'] : '',
      message:
        typeof answer['message'] === 'string' ? answer['message'] : response.statusText,
      details: isObject(answer['details']) ? answer['details'] : {}
    };
    const fields = fieldsOf(told.details, voice);
    return new ApiError(
      response.status,
      told.code,
      voice.say(told),
      told.details,
      fields
    );
  }

  /** Whether the server is there and knows nothing of Labpool. */
  get isMissing(): boolean {
    return this.status === 404 && this.code === '';
  }

  /** Whether only a proxy answers, for a server that is not there now. */
  get isAway(): boolean {
    return this.code === '' && (this.status >= 500 || this.status === 424);
  }

  /** Whether this login may not do what it asked for. */
  get isRefused(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** What went wrong, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function fieldsOf(
  details: Readonly<Record<string, unknown>>,
  voice: Voice
): readonly FieldError[] {
  const fields = details['fields'];
  return Array.isArray(fields)
    ? fields.flatMap((field: unknown) => toFieldError(field, voice))
    : [];
}

function toFieldError(error: unknown, voice: Voice): FieldError[] {
  if (!isObject(error) || typeof error['message'] !== 'string') {
    return [];
  }
  const { field, code, args, message } = error;
  const path = typeof field === 'string' && field !== '' ? field.split('.') : [];
  const known = typeof code === 'string' ? code : '';
  return [{ path, message: voice.field(known, isObject(args) ? args : {}, message) }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function readObject(response: Response): Promise<Record<string, unknown>> {
  if (!response.headers.get('Content-Type')?.includes('json')) {
    return {};
  }
  const body: unknown = await response.json();
  return isObject(body) ? body : {};
}
