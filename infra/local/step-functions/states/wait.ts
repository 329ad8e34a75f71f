import { isTimestamp, type Wait } from '../definition.ts';
import { queryFailed } from '../errors.ts';
import { wholeSeconds } from '../expressions.ts';
import type { Frame } from '../frame.ts';
import type { Run } from '../run.ts';

const LONGEST_MS = 99_999_999_000;

export async function enterWait(run: Run, frame: Frame, state: Wait): Promise<void> {
  run.put(frame, { phase: 'waiting', until: await untilOf(run, frame, state) });
}

async function untilOf(run: Run, frame: Frame, { Seconds, Timestamp }: Wait): Promise<number> {
  if (Seconds !== undefined) {
    return run.nowMs + wholeSeconds(await run.fill(frame, Seconds), 'Seconds') * 1000;
  }
  const text = await run.fillText(frame, Timestamp, 'Timestamp');
  if (text === undefined || !isTimestamp(text)) throw queryFailed('Timestamp must be RFC 3339 with a zone.');
  const until = Date.parse(text);
  if (until - run.nowMs > LONGEST_MS) throw queryFailed('Timestamp is more than 99999999 seconds away.');
  return until;
}

export async function leaveWait(run: Run, frame: Frame, state: Wait): Promise<void> {
  await run.leave(frame, state, state, frame.input);
}
