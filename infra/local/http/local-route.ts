import * as z from 'zod/mini';

/** An answer of the laptop's own routes. */
export interface LocalAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A route that exists on the laptop only, below `/local/`. */
export interface LocalRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** One line for the page at `/`. */
  readonly summary: string;
  readonly handle: (request: {
    readonly query: URLSearchParams;
    readonly body: unknown;
  }) => Promise<LocalAnswer>;
}

export function ok(body: unknown): LocalAnswer {
  return { status: 200, body };
}

export function refused(status: 400 | 403 | 404 | 409, message: string): LocalAnswer {
  return { status, body: { message } };
}

/** A POST with a parsed body. */
export function post<S extends z.ZodMiniType>(
  path: string,
  summary: string,
  schema: S,
  handle: (body: z.output<S>) => Promise<LocalAnswer>,
): LocalRoute {
  return {
    method: 'POST',
    path,
    summary,
    handle: async ({ body }) => {
      const parsed = schema.safeParse(body ?? {});
      return parsed.success ? handle(parsed.data) : refused(400, z.prettifyError(parsed.error));
    },
  };
}
