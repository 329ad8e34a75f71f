import * as z from 'zod';
import type { Engine } from '../engine.ts';
import { SfnRefusal } from '../errors.ts';
import { tokenOf } from '../frame.ts';
import { parseJson } from '../json.ts';
import type { Store } from '../store.ts';
import { isToken } from '../tokens.ts';
import { checkJson, type Operations, operationsOf, text } from './operation.ts';

const token = z.string().min(1).max(2048);

export function taskOperations(engine: Engine): Operations {
  const operation = operationsOf(engine);
  return {
    SendTaskSuccess: operation(
      z.strictObject({ taskToken: token, output: text }),
      (store, { taskToken, output }) => {
        const frame = awaiting(store, taskToken);
        checkJson(output, 'InvalidOutput', 'Invalid Output');
        store.putFrame({ ...frame, at: { phase: 'returned', result: parseJson(output) } });
        return {};
      },
    ),
    SendTaskFailure: operation(
      z.strictObject({
        taskToken: token,
        error: z.string().max(256).optional(),
        cause: z.string().max(32_768).optional(),
      }),
      (store, { taskToken, error, cause }) => {
        const frame = awaiting(store, taskToken);
        store.putFrame({ ...frame, at: { phase: 'failing', error, cause } });
        return {};
      },
    ),
    SendTaskHeartbeat: operation(z.strictObject({ taskToken: token }), (store, { taskToken }, nowMs) => {
      const frame = awaiting(store, taskToken);
      const { patience } = frame.at;
      if (patience.heartbeatMs === undefined) return {};
      const heartbeatAt = nowMs + patience.heartbeatMs;
      store.putFrame({ ...frame, at: { ...frame.at, patience: { ...patience, heartbeatAt } } });
      return {};
    }),
  };
}

/** The task that a token belongs to, if it still waits. */
function awaiting(store: Store, given: string) {
  if (!isToken(given)) throw new SfnRefusal('InvalidToken', 'Invalid Token');
  const frame = store.frameByToken(given);
  if (frame === undefined || tokenOf(frame) === undefined) throw timedOut();
  if (frame.at.phase !== 'calling' && frame.at.phase !== 'awaiting') throw timedOut();
  return { ...frame, at: frame.at };
}

const timedOut = (): SfnRefusal =>
  new SfnRefusal('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
