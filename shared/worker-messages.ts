import type { EventBridgeEvent } from 'aws-lambda';
import * as z from 'zod/mini';
import type { DomainEvent } from './data/table.ts';
import { instantSchema } from './kernel/schemas.ts';
import { issuesOf } from './observability/error-facts.ts';
import { InvalidMessage } from './worker-errors.ts';

/** An event on the bus: its id and type beside all else of it, as one JSON string. */
export interface BusMessage {
  readonly id: string;
  readonly type: string;
  readonly event: string;
}

/** What a worker is called with: by Step Functions, the bus, a daily rule, the minute's sweep, or an operator. */
export type WorkerEvent =
  | { readonly task: string; readonly input: unknown; readonly token?: string }
  | EventBridgeEvent<string, BusMessage>
  | { readonly schedule: string; readonly at: string }
  | { readonly sweep: true }
  | { readonly resumeParked: true };

export const taskMessage = z.object({ task: z.string(), input: z.unknown(), token: z.optional(z.string()) });
export const busMessage = z.object({
  detail: z.object({ id: z.string(), type: z.string(), event: z.string() }),
});
export const scheduleMessage = z.object({ schedule: z.string(), at: instantSchema });
export const sweepMessage = z.object({ sweep: z.literal(true) });
export const resumeParkedMessage = z.object({ resumeParked: z.literal(true) });

const restOfEvent = z.object({
  at: instantSchema,
  data: z.record(z.string(), z.unknown()),
  traceparent: z.optional(z.string()),
});

/** @throws InvalidMessage */
export function eventOf({ id, type, event }: BusMessage): DomainEvent {
  let json: unknown;
  try {
    json = JSON.parse(event);
  } catch {
    throw new InvalidMessage('event', 'no JSON');
  }
  // `data` came through JSON, so it holds nothing but values.
  return { id, type, ...parsed('event', restOfEvent, json) } as DomainEvent;
}

/** @throws InvalidMessage with the names of the fields, not with what they hold */
export function parsed<S extends z.ZodMiniType>(kind: string, schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success) throw new InvalidMessage(kind, issuesOf(result.error));
  return result.data;
}
