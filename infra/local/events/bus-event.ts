import { randomUUID } from 'node:crypto';
import type { EventBridgeEvent } from 'aws-lambda';
import type { BusMessage } from '../../../shared/worker-messages.ts';
import { itemName, type TimerChange } from '../timers/due-timers.ts';
import type { StreamRecord } from './stream-reader.ts';

export type BusEvent = EventBridgeEvent<string, BusMessage>;

/** Where the events of a city come from. */
export interface EventOrigin {
  readonly source: string;
  readonly account: string;
  readonly region: string;
}

/**
 * What the pipe between stream and bus makes of a record, or undefined where its filter drops it
 * (inserted or modified with an `eventId`). The event stays one JSON string, since a pipe does not unwrap DynamoDB's types.
 */
export function busEventOf(record: StreamRecord, origin: EventOrigin): BusEvent | undefined {
  const image = record.dynamodb?.NewImage;
  const [id, type, event] = [image?.['eventId']?.S, image?.['eventType']?.S, image?.['event']?.S];
  if (id === undefined || type === undefined || event === undefined) return undefined;
  return {
    id: randomUUID(),
    version: '0',
    ...origin,
    time: new Date((record.dynamodb?.ApproximateCreationDateTime ?? 0) * 1_000)
      .toISOString()
      .replace(/\.\d+/, ''),
    resources: [],
    'detail-type': 'domain-event',
    detail: { id, type, event },
  };
}

/** Records of one item are delivered one after the other. */
export function itemOf({ dynamodb }: StreamRecord): string {
  const { pk, sk } = dynamodb?.Keys ?? {};
  return itemName(pk?.S ?? '', sk?.S ?? '');
}

/** What a record says of the timer that its item carries now. */
export function timerChangeOf(record: StreamRecord): TimerChange {
  const { dueShard, dueAt } = record.dynamodb?.NewImage ?? {};
  const [shard, at] = [dueShard?.S, dueAt?.S];
  const timer = shard === undefined || at === undefined ? undefined : { shard, dueAt: at };
  return { item: itemOf(record), timer };
}
