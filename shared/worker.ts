import type { EventBridgeEvent, Context as LambdaContext } from 'aws-lambda';
import type { Context } from './context.ts';
import { sweepDue } from './data/sweep.ts';
import type { DomainEvent } from './data/table.ts';
import { createDeps, type Deps } from './deps.ts';
import { logEntry } from './observability/log.ts';

/** What a worker is called with: by Step Functions, the bus, a daily rule, or the minute's sweep. */
export type WorkerEvent =
  | { readonly task: string; readonly input: unknown; readonly token?: string }
  | EventBridgeEvent<string, { readonly type: string; readonly event: string }>
  | { readonly schedule: string; readonly at: string }
  | { readonly sweep: true };

export type WorkerHandler = (event: WorkerEvent, context: LambdaContext) => Promise<unknown>;

/** A message nobody declared: it goes to the dead-letter queue instead of being swallowed. */
export class UnknownMessage extends Error {
  constructor(kind: string) {
    super(`no ${kind} of this name is declared`);
    this.name = 'UnknownMessage';
  }
}

const SWEPT = logEntry('TIMERS_SWEPT', 'due timers were handled');
const PARKED = logEntry('TIMERS_PARKED', 'timers failed too often and wait for an operator');

/** The second Lambda of a context: tasks, events, timers and daily schedules. Everything it calls may be called twice. */
export function createWorker(context: Context, given?: Deps): WorkerHandler {
  let deps: Deps | undefined;
  return async (event, lambdaContext) => {
    deps ??= context.provide(given ?? createDeps());
    if ('task' in event) return runTask(context, deps, event, lambdaContext.awsRequestId);
    if ('sweep' in event) return sweep(context, deps);
    if ('schedule' in event) return fire(context, deps, event);
    if ('detail' in event) return deliver(context, deps, event.detail);
    throw new UnknownMessage('message');
  };
}

async function runTask(
  context: Context,
  deps: Deps,
  { task: name, input, token }: { readonly task: string; readonly input: unknown; readonly token?: string },
  requestId: string,
): Promise<unknown> {
  const task = context.tasks[name];
  if (task === undefined) throw new UnknownMessage('task');
  const output = await task.handle(deps, task.input.parse(input), {
    requestId,
    ...(token === undefined ? {} : { taskToken: token }),
  });
  return task.output.parse(output);
}

async function deliver(
  context: Context,
  deps: Deps,
  detail: { readonly type: string; readonly event: string },
): Promise<void> {
  const subscriptions = context.subscriptions.filter(({ event }) => event === detail.type);
  if (subscriptions.length === 0) throw new UnknownMessage('subscription');
  // Written by our own table layer and carried by the stream unchanged.
  const event = JSON.parse(detail.event) as DomainEvent;
  for (const subscription of subscriptions) await subscription.handle(deps, event);
}

async function fire(
  context: Context,
  deps: Deps,
  { schedule: name, at }: { readonly schedule: string; readonly at: string },
): Promise<void> {
  const schedule = context.schedules.find((candidate) => candidate.name === name);
  if (schedule === undefined) throw new UnknownMessage('schedule');
  await schedule.handle(deps, { at });
}

async function sweep(context: Context, deps: Deps): Promise<unknown> {
  const { table, clock } = deps;
  const handlers = Object.fromEntries(
    Object.entries(context.timers).map(([kind, handle]) => [
      kind,
      (due: Parameters<typeof handle>[1]) => handle(deps, due),
    ]),
  );
  const result = await sweepDue({ table, clock, context: context.name, handlers });
  if (result.claimed > 0) deps.log.info(SWEPT, { context: context.name, ...result });
  if (result.parked > 0) deps.log.error(PARKED, { context: context.name, parked: result.parked });
  return result;
}
