import { type Clock, systemClock } from '../kernel/clock.ts';
import { errorFacts } from './error-facts.ts';

/** One line of the log catalogue: a stable code to search by and a fixed English sentence. */
export interface LogEntry {
  readonly code: string;
  readonly message: string;
}

/** Named ids and figures only; never bodies, names, numbers of people. */
export type LogFacts = Readonly<Record<string, string | number | boolean>>;

export interface Log {
  info(entry: LogEntry, facts?: LogFacts): void;
  warn(entry: LogEntry, facts?: LogFacts, error?: unknown): void;
  error(entry: LogEntry, facts?: LogFacts, error?: unknown): void;
}

export interface LogSettings {
  /** Named in every line. */
  readonly service: string;
  readonly level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  readonly clock?: Clock;
  /** Takes one line without its end. */
  readonly write?: (line: string) => void;
}

const RANK = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 } as const;

export function logEntry(code: string, message: string): LogEntry {
  return { code, message };
}

/** Lambda's JSON log format reads `level` and `timestamp` of such lines, so that both can be filtered by. */
export function createLog({ service, level, clock = systemClock, write = writeToStdout }: LogSettings): Log {
  const line =
    (of: LogSettings['level']) =>
    ({ code, message }: LogEntry, facts?: LogFacts, error?: unknown): void => {
      if (RANK[of] < RANK[level]) return;
      const timestamp = new Date(clock.now()).toISOString();
      const head = { level: of, timestamp, service, code, message };
      // Named twice: first for the order, last because no fact may pass for the head.
      write(JSON.stringify({ ...head, ...facts, ...errorFacts(error), ...head }));
    };
  return { info: line('INFO'), warn: line('WARN'), error: line('ERROR') };
}

/** Past `console`, which Lambda would wrap into a second JSON. */
export function writeToStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}
