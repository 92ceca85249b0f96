/** One wrong value in what was sent. */
export interface FieldError {
  /** Path of the field, outermost first: `['params', 'epochs']`. */
  readonly path: readonly string[];
  readonly message: string;
}

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
    readonly details: Readonly<Record<string, unknown>> = {}
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** Reads `{code, message, details}`; a page of HTML gives the bare status. */
  static async from(response: Response): Promise<ApiError> {
    const { code, message, details } = await readObject(response);
    return new ApiError(
      response.status,
      typeof code === 'string' ? code : '',
      typeof message === 'string' ? message : response.statusText,
      isObject(details) ? details : {}
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

  /** The fields that were wrong, where the server says which. */
  get fields(): readonly FieldError[] {
    const fields = this.details['fields'];
    return Array.isArray(fields) ? fields.flatMap(toFieldError) : [];
  }
}

/** What went wrong, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function toFieldError(error: unknown): FieldError[] {
  if (!isObject(error) || typeof error['message'] !== 'string') {
    return [];
  }
  const field = error['field'];
  const path = typeof field === 'string' && field !== '' ? field.split('.') : [];
  return [{ path, message: error['message'] }];
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
