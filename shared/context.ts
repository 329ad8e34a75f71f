import type * as z from 'zod/mini';
import type { Actor } from './access/actor.ts';
import type { Access } from './access/grants.ts';
import type { DomainEvent, Item, Key } from './data/table.ts';
import type { Deps } from './deps.ts';
import type { ErrorCatalogue } from './kernel/errors.ts';
import type { ObjectUse } from './objects/objects.ts';
import type { WorkflowUse } from './workflows/workflows.ts';

export type Schema = z.ZodMiniType;
type Parsed<S> = S extends Schema ? z.output<S> : undefined;

/** A parsed, authorised request as a use case receives it. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Undefined on public routes without a session. */
  readonly actor: Actor | undefined;
  /** `Idempotency-Key` header; always there where the route asks for it. */
  readonly requestKey: string;
  readonly requestId: string;
  readonly traceparent: string;
}

/** A request as it came, to be judged by its receiver: a signature is over the bytes and not over what they mean. */
export interface RawRequest {
  /** Names in lower case, repeated ones joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** Exactly those received, still compressed if they came so; none where there is no body. */
  readonly bytes: Uint8Array;
}

/** What a use case receives of a route that takes raw bytes. The sender is nobody of ours: no actor, no request key. */
export interface RawCall<Params = unknown, Query = unknown> extends Call<Params, Query, undefined> {
  readonly raw: RawRequest;
}

/** `raw`: whatever a provider sends to its address (a webhook). Public, POST, and nothing of it is parsed. */
type Takes = 'json' | 'raw';

type CallOf<T extends Takes, Params, Query, Body> = T extends 'raw'
  ? RawCall<Params, Query>
  : Call<Params, Query, Body>;

/**
 * Who is written down as having seen or changed whose health data, before the answer leaves. `by-event`: the
 * change's own event is written down by a subscription, so that a hot path pays for no further write.
 * `in-handler`: the use case writes the entry itself, in the very transaction of the change, or before it answers what
 * it has read.
 */
export type AuditRule<Params, Body, Response> =
  | 'by-event'
  | 'in-handler'
  | {
      /** What was accessed, e.g. `appointment`. */
      readonly subject: string;
      readonly action: 'READ' | 'WRITE';
      readonly of: (seen: {
        readonly params: Params;
        readonly body: Body;
        readonly response: Response;
      }) => readonly { readonly patientId: string; readonly subjectId: string }[];
    };

export interface RouteDeclaration<
  D extends Deps,
  P extends Schema | undefined,
  Q extends Schema | undefined,
  B extends Schema | undefined,
  R extends Schema,
  T extends Takes = 'json',
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/<context>/…/{param}`. */
  readonly path: string;
  /** One Chinese line for the documentation. */
  readonly summary: string;
  readonly access: Access;
  /** Default `json`. */
  readonly takes?: T;
  readonly request?: { readonly params?: P; readonly query?: Q; readonly body?: B };
  /** A schema of JSON, or `file(…)` of `http/file-answer.ts`. */
  readonly response: R;
  /** Success status; default 200. */
  readonly status?: 200 | 201 | 202;
  /** Codes of the context's catalogue this route may answer, besides the house's. */
  readonly errors?: readonly string[];
  /**
   * Writes need an `Idempotency-Key` header unless this says they are repeatable by nature. Default `required` for a
   * POST of JSON; a provider knows of no such key.
   */
  readonly requestKey?: 'required' | 'not-needed';
  /** Largest body in bytes; default 64 KiB. */
  readonly maxBodyBytes?: number;
  readonly audit?: AuditRule<Parsed<P>, Parsed<B>, z.input<R>>;
  readonly handle: (deps: D, call: CallOf<T, Parsed<P>, Parsed<Q>, Parsed<B>>) => Promise<z.input<R>>;
}

/** A route with its schemas' types forgotten: what the house's readers (router, OpenAPI, CDK, tests) see. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly takes: Takes;
  readonly request: {
    readonly params?: Schema | undefined;
    readonly query?: Schema | undefined;
    readonly body?: Schema | undefined;
  };
  readonly response: Schema;
  readonly status: number;
  readonly errors: readonly string[];
  readonly requestKey: 'required' | 'not-needed';
  readonly maxBodyBytes: number;
  readonly audit?: AuditRule<unknown, unknown, unknown>;
  readonly handle: (deps: Deps, call: Call) => Promise<unknown>;
}

export function route<
  R extends Schema,
  D extends Deps = Deps,
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
  T extends Takes = 'json',
>(declaration: RouteDeclaration<D, P, Q, B, R, T>): Route {
  const { audit, method, ...rest } = declaration;
  const takes = declaration.takes ?? 'json';
  return {
    ...rest,
    method,
    takes,
    request: declaration.request ?? {},
    status: declaration.status ?? 200,
    errors: declaration.errors ?? [],
    requestKey: declaration.requestKey ?? (method === 'POST' && takes === 'json' ? 'required' : 'not-needed'),
    maxBodyBytes: declaration.maxBodyBytes ?? 65_536,
    ...(audit === undefined ? {} : { audit: audit as unknown as NonNullable<Route['audit']> }),
    // The one place where a route's types are forgotten: the stack parses with the same schemas before it calls.
    handle: declaration.handle as unknown as Route['handle'],
  };
}

/** Called by a state machine. Idempotent: Step Functions and the laptop may both call it again. */
export interface Task<D extends Deps = Deps> {
  readonly input: Schema;
  readonly output: Schema;
  readonly handle: (
    deps: D,
    input: unknown,
    call: { readonly taskToken?: string; readonly requestId: string },
  ) => Promise<unknown>;
}

/** Handles one kind of domain event. Idempotent by `event.id`: delivery is at least once and in any order. */
export interface Subscription<D extends Deps = Deps> {
  /** `<context>.<what-happened>`. */
  readonly event: string;
  readonly handle: (deps: D, event: DomainEvent) => Promise<void>;
}

/** Called with the item whose timer has passed. It changes or clears the timer by condition, or throws to be called again. */
export type TimerHandler<D extends Deps = Deps> = (
  deps: D,
  due: { readonly key: Key; readonly item: Item },
) => Promise<void>;

/** Called at fixed times of Asia/Shanghai. Idempotent: a schedule may fire twice or late. */
export interface Schedule<D extends Deps = Deps> {
  readonly name: string;
  /** Day times `HH:mm` in Asia/Shanghai, every day. */
  readonly dailyAt: string;
  readonly handle: (deps: D, fired: { readonly at: string }) => Promise<void>;
}

export interface Context {
  /** Lower-case word: key prefix, path prefix, function names. */
  readonly name: string;
  readonly errors: ErrorCatalogue;
  readonly routes: readonly Route[];
  readonly tasks: Readonly<Record<string, Task>>;
  readonly subscriptions: readonly Subscription[];
  readonly timers: Readonly<Record<string, TimerHandler>>;
  readonly schedules: readonly Schedule[];
  /**
   * Key prefixes outside `<name>#` that this context may touch: the shared views.
   * IAM grants and the laptop's guard are made of it.
   */
  readonly grants: readonly { readonly prefix: string; readonly access: 'read' | 'write' }[];
  /** Whether its functions read and write files of its own. */
  readonly objects: ObjectUse;
  /** State machines that the worker starts or answers, by their names in `infra/machines.ts`. */
  readonly workflows: WorkflowUse;
  /** Adds what only this context needs (a provider's client), built once per container. */
  readonly provide: (deps: Deps) => Deps;
}
