import type { Context as LambdaContext } from 'aws-lambda';
import type * as z from 'zod/mini';
import type { Context } from './context.ts';
import { resumeParked } from './data/resume-parked.ts';
import { sweepDue } from './data/sweep.ts';
import { createDeps, type Deps } from './deps.ts';
import { logEntry } from './observability/log.ts';
import { messageless, UnknownMessage } from './worker-errors.ts';
import {
  busMessage,
  eventOf,
  parsed,
  resumeParkedMessage,
  scheduleMessage,
  sweepMessage,
  taskMessage,
  type WorkerEvent,
} from './worker-messages.ts';

export type WorkerHandler = (event: WorkerEvent, context: LambdaContext) => Promise<unknown>;

const FAILED = logEntry('WORKER_FAILED', 'a message could not be handled and will come again');
const SUBSCRIPTION_FAILED = logEntry('SUBSCRIPTION_FAILED', 'a subscription did not take its event');
const TIMER_FAILED = logEntry('TIMER_FAILED', 'a timer was not handled and comes again');
const SWEPT = logEntry('TIMERS_SWEPT', 'due timers were handled');
const RESUMED = logEntry('TIMERS_RESUMED', 'timers that had failed too often were set going again');
const PARKED = logEntry('TIMERS_PARKED', 'timers failed too often and wait for an operator');

/**
 * Timers that one sweep takes in each of the due index's partitions. With a sweep a minute that is 2,000 a minute, as long
 * as each takes 80 ms at most, so that what a county has due at one hour is done in it.
 */
export const SWEEP_LIMIT = 500;
/**
 * A sweep whose handlers call others may need 200 ms for each: it ends by itself before the function's time-out (60 s)
 * cuts it off in the middle of a call.
 */
export const SWEEP_MS = 40_000;

/**
 * The second Lambda of a context: tasks, events, timers and daily schedules. Everything it calls may be called
 * twice. What a handler throws is written down and leaves without its message, which Lambda, Step Functions and
 * dead-letter queues would keep: the error's name stays (a refusal's code, for a state machine to catch by).
 */
export function createWorker(context: Context, given?: Deps): WorkerHandler {
  let deps: Deps | undefined;
  return async (event, { awsRequestId: requestId }) => {
    deps ??= context.provide(given ?? createDeps());
    try {
      return await handle(context, deps, event, requestId);
    } catch (error) {
      deps.log.error(FAILED, { context: context.name, requestId }, error);
      throw messageless(error);
    }
  };
}

async function handle(context: Context, deps: Deps, event: unknown, requestId: string): Promise<unknown> {
  const task = taskMessage.safeParse(event).data;
  if (task !== undefined) return runTask(context, deps, task, requestId);
  const bus = busMessage.safeParse(event).data;
  if (bus !== undefined) return deliver(context, deps, bus.detail, requestId);
  const schedule = scheduleMessage.safeParse(event).data;
  if (schedule !== undefined) return fire(context, deps, schedule);
  if (sweepMessage.safeParse(event).success) return sweep(context, deps);
  if (resumeParkedMessage.safeParse(event).success) return resume(context, deps);
  throw new UnknownMessage('message');
}

async function runTask(
  context: Context,
  deps: Deps,
  { task: name, input, token }: z.output<typeof taskMessage>,
  requestId: string,
): Promise<unknown> {
  const task = Object.hasOwn(context.tasks, name) ? context.tasks[name] : undefined;
  if (task === undefined) throw new UnknownMessage('task');
  const output = await task.handle(deps, parsed('task input', task.input, input), {
    requestId,
    ...(token === undefined ? {} : { taskToken: token }),
  });
  return parsed('task output', task.output, output);
}

/** Each subscription gets the event, whatever becomes of the others; the bus repeats it for all if one fails. */
async function deliver(
  context: Context,
  deps: Deps,
  detail: z.output<typeof busMessage>['detail'],
  requestId: string,
): Promise<void> {
  const subscriptions = context.subscriptions.filter(({ event }) => event === detail.type);
  if (subscriptions.length === 0) throw new UnknownMessage('subscription');
  const event = eventOf(detail);
  const failures: unknown[] = [];
  for (const subscription of subscriptions) {
    try {
      await subscription.handle(deps, event);
    } catch (error) {
      failures.push(error);
      deps.log.warn(SUBSCRIPTION_FAILED, { event: event.type, eventId: event.id, requestId }, error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function fire(
  context: Context,
  deps: Deps,
  { schedule: name, at }: z.output<typeof scheduleMessage>,
): Promise<void> {
  const schedule = context.schedules.find((candidate) => candidate.name === name);
  if (schedule === undefined) throw new UnknownMessage('schedule');
  await schedule.handle(deps, { at });
}

async function sweep(context: Context, deps: Deps): Promise<unknown> {
  const { table, clock, ids, log } = deps;
  const handlers = Object.fromEntries(
    Object.entries(context.timers).map(([kind, handle]) => [
      kind,
      (due: Parameters<typeof handle>[1]) => handle(deps, due),
    ]),
  );
  const result = await sweepDue({
    table,
    clock,
    ids,
    context: context.name,
    handlers,
    limit: SWEEP_LIMIT,
    mostMs: SWEEP_MS,
    onFailure: ({ kind, attempts, error }) => log.warn(TIMER_FAILED, { timer: kind, attempts }, error),
  });
  if (result.claimed > 0) log.info(SWEPT, { context: context.name, ...result });
  if (result.parked > 0) log.error(PARKED, { context: context.name, parked: result.parked });
  return result;
}

async function resume(context: Context, { table, clock, log }: Deps): Promise<unknown> {
  const result = await resumeParked({ table, clock, context: context.name, mostMs: SWEEP_MS });
  log.info(RESUMED, { context: context.name, ...result });
  return result;
}
