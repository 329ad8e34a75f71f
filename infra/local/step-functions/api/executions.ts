import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Engine } from '../engine.ts';
import { described } from '../history.ts';
import type { JsonObject } from '../json.ts';
import { begin, end, forget } from '../lifecycle.ts';
import type { Execution } from '../store.ts';
import {
  arn,
  checkJson,
  executionFor,
  machineFor,
  name,
  type Operations,
  operationsOf,
  page,
  paged,
  text,
} from './operation.ts';

const status = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);

export function executionOperations(engine: Engine): Operations {
  const operation = operationsOf(engine);
  return {
    StartExecution: operation(
      z.strictObject({
        stateMachineArn: arn,
        name: name.optional(),
        input: text.optional(),
        traceHeader: z.string().optional(),
      }),
      (store, { stateMachineArn, name = randomUUID(), input = '{}' }, nowMs) => {
        const machine = machineFor(store, stateMachineArn);
        checkJson(input, 'InvalidExecutionInput', 'Invalid State Machine Execution Input');
        const definition = engine.definitionOf(machine.revision);
        const { arn: executionArn, startedAt } = begin(store, { machine, definition, name, input, nowMs });
        return { executionArn, startDate: startedAt / 1000 };
      },
    ),
    DescribeExecution: operation(
      z.strictObject({ executionArn: arn, includedData: z.string().optional() }),
      (store, { executionArn }, nowMs) => {
        const known = executionFor(store, executionArn, nowMs);
        const { input, output, error, cause } = known;
        return {
          ...summary(known),
          input,
          inputDetails: { included: true },
          redriveCount: 0,
          output,
          outputDetails: output === undefined ? undefined : { included: true },
          error,
          cause,
        };
      },
    ),
    ListExecutions: operation(
      z.strictObject({ stateMachineArn: arn, statusFilter: status.optional(), ...page }),
      (store, { stateMachineArn, statusFilter, ...request }, nowMs) => {
        const { arn } = machineFor(store, stateMachineArn);
        forget(store, nowMs);
        const { items, ...more } = paged(store.executionsOf(arn, statusFilter), request);
        return { executions: items.map(summary), ...more };
      },
    ),
    GetExecutionHistory: operation(
      z.strictObject({
        executionArn: arn,
        reverseOrder: z.boolean().optional(),
        includeExecutionData: z.boolean().optional(),
        ...page,
      }),
      (store, { executionArn, reverseOrder = false, ...request }, nowMs) => {
        const events = store.events(executionFor(store, executionArn, nowMs).key);
        const { items, ...more } = paged(reverseOrder ? events.toReversed() : events, request);
        return { events: items.map(described), ...more };
      },
    ),
    StopExecution: operation(
      z.strictObject({
        executionArn: arn,
        error: z.string().max(256).optional(),
        cause: z.string().max(32_768).optional(),
      }),
      (store, { executionArn, error, cause }, nowMs) => {
        const known = executionFor(store, executionArn, nowMs);
        if (known.stoppedAt !== undefined) return { stopDate: known.stoppedAt / 1000 };
        end(store, known, { status: 'ABORTED', error, cause }, nowMs);
        return { stopDate: nowMs / 1000 };
      },
    ),
  };
}

function summary({
  arn: executionArn,
  machineArn,
  name,
  status,
  startedAt,
  stoppedAt,
}: Execution): JsonObject {
  return {
    executionArn,
    stateMachineArn: machineArn,
    name,
    status,
    startDate: startedAt / 1000,
    stopDate: stoppedAt === undefined ? undefined : stoppedAt / 1000,
  };
}
