import type { Context } from '../../../shared/context.ts';
import { createTableClient } from '../../../shared/data/table-client.ts';
import { awsConnection } from '../../../shared/env.ts';
import type { Clock } from '../../../shared/kernel/clock.ts';
import { stateFile } from '../state-file.ts';
import { consumersOf } from './consumers.ts';
import type { DeadLetters } from './dead-letters.ts';
import { checkpointState, Pump, type PumpParts } from './pump.ts';
import { StreamFaults } from './stream-faults.ts';
import { createStreamsClient, StreamReader } from './stream-reader.ts';

export interface PumpPlan {
  readonly city: string;
  readonly region: string;
  readonly tableName: string;
  readonly contexts: readonly Context[];
  readonly invokeWorker: (context: string, event: unknown) => Promise<unknown>;
  readonly clock: Clock;
  /** As the pump's. */
  readonly onRecord: NonNullable<PumpParts['onRecord']>;
  readonly letters: DeadLetters;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** The pump of a city's table, going on from where the folder says it was. */
export async function startPump(
  plan: PumpPlan,
): Promise<{ readonly pump: Pump; readonly streamFaults: StreamFaults }> {
  const tables = createTableClient(awsConnection('DYNAMODB'));
  const { Table } = await tables.call('DescribeTable', { TableName: plan.tableName });
  tables.destroy();
  if (Table?.LatestStreamArn === undefined) throw new Error(`${plan.tableName} has no stream`);
  const checkpoint = stateFile(`${plan.folder}/stream.json`, checkpointState, {});
  const faults = new StreamFaults();
  const streams = createStreamsClient(awsConnection('DYNAMODB_STREAMS'));
  const pump = new Pump({
    reader: new StreamReader(streams, Table.LatestStreamArn, checkpoint.read().position),
    deliver: consumersOf({ ...plan, now: () => plan.clock.now() }),
    checkpoint,
    onRecord: plan.onRecord,
    faults,
    origin: { source: `tiered-care.${plan.city}`, account: 'laptop', region: plan.region },
  });
  pump.start();
  return { pump, streamFaults: faults };
}
