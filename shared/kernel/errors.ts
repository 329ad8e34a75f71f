/**
 * Errors people and programs can act on: a stable code, an HTTP status, a Chinese message.
 * A context lists its own once (`errors.ts`); OpenAPI and the error mapper read the same list.
 */

export interface ErrorDefinition {
  /** HTTP status; 4xx: the caller can mend it, 5xx: we have to. */
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 428 | 429 | 500 | 503;
  /** What the person reads, in Chinese. */
  readonly message: string;
  /** What an engineer reads, in English. */
  readonly note: string;
}

/** One of possibly several causes of a refusal, each with its own code and Chinese message. */
export interface Reason {
  readonly code: string;
  readonly message: string;
  /** Figures behind it (a limit, an instant); never personal data. */
  readonly detail?: Record<string, string | number | boolean>;
}

/** One faulty field of a request. */
export interface FieldFault {
  readonly in: 'path' | 'query' | 'header' | 'body';
  /** Dotted path of the field, e.g. `slots.0.start`. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface RefusalDetails {
  readonly reasons?: readonly Reason[];
  readonly fields?: readonly FieldFault[];
  /** For logs and for the caller: ids and figures only. */
  readonly context?: Readonly<Record<string, string | number | boolean>>;
  readonly cause?: unknown;
}

/** An expected refusal. Nothing was changed when it is thrown. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: RefusalDetails;

  constructor(code: string, definition: ErrorDefinition, details: RefusalDetails = {}) {
    super(definition.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'Refusal';
    this.code = code;
    this.status = definition.status;
    this.details = details;
  }
}

export interface ErrorCatalogue<Code extends string = string> {
  readonly definitions: Readonly<Record<Code, ErrorDefinition>>;
  /** Makes the error to throw: `throw bookingErrors.refusal('SOLD_OUT')`. */
  refusal(code: Code, details?: RefusalDetails): Refusal;
  /** The entry as one reason among several. */
  reason(code: Code, detail?: Reason['detail']): Reason;
}

export function defineErrors<Code extends string>(
  definitions: Record<Code, ErrorDefinition>,
): ErrorCatalogue<Code> {
  return {
    definitions,
    refusal: (code, details) => new Refusal(code, definitions[code], details),
    reason: (code, detail) => ({
      code,
      message: definitions[code].message,
      ...(detail === undefined ? {} : { detail }),
    }),
  };
}

/** What every context may answer; the rest is the context's own. */
export const houseErrors = defineErrors({
  INVALID_REQUEST: {
    status: 400,
    message: '请求内容有误，请检查标出的字段',
    note: 'a field is missing or wrong; all are listed',
  },
  UNAUTHENTICATED: { status: 401, message: '请先登录', note: 'no session, or it has ended' },
  SECOND_FACTOR_REQUIRED: {
    status: 401,
    message: '请先完成动态口令验证',
    note: 'staff session without second factor',
  },
  FORBIDDEN: {
    status: 403,
    message: '您没有权限进行此操作',
    note: 'no grant of the route fits this actor and subject',
  },
  NOT_FOUND: { status: 404, message: '未找到相关内容', note: 'no such route or thing' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    message: '不支持该请求方式',
    note: 'the path exists with other methods',
  },
  CONFLICT: {
    status: 409,
    message: '内容已发生变化，请刷新后重试',
    note: 'lost a race; reading again helps',
  },
  BODY_TOO_LARGE: { status: 413, message: '提交的内容过大', note: 'over the route limit' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    message: '只接受 JSON 格式的内容',
    note: 'Content-Type is not JSON',
  },
  TOO_MANY_REQUESTS: { status: 429, message: '操作过于频繁，请稍后再试', note: 'rate limit' },
  INTERNAL: {
    status: 500,
    message: '系统繁忙，请稍后再试',
    note: 'a defect of ours; the request id finds it in the logs',
  },
  UNAVAILABLE: {
    status: 503,
    message: '服务暂时不可用，请稍后再试',
    note: 'a provider or the table did not answer; repeating is safe',
  },
});
