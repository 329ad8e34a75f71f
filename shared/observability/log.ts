import { type Clock, systemClock } from '../kernel/clock.ts';
import { errorFacts } from './error-facts.ts';
import { writeToStdout } from './stdout.ts';

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

const HEAD: readonly string[] = ['level', 'timestamp', 'service', 'code', 'message'];

const RANK = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 } as const;

export function logEntry(code: string, message: string): LogEntry {
  return { code, message };
}

/** Lambda's JSON log format reads `level` and `timestamp` of such lines, so that both can be filtered by. */
export function createLog({ service, level, clock = systemClock, write = writeToStdout }: LogSettings): Log {
  const heads = new WeakMap<LogEntry, string>();
  /** What stands in every line of an entry, as JSON without its braces. */
  const headOf = (entry: LogEntry): string => {
    const known = heads.get(entry);
    if (known !== undefined) return known;
    const { code, message } = entry;
    const head = JSON.stringify({ service, code, message }).slice(1, -1);
    heads.set(entry, head);
    return head;
  };
  const line =
    (of: LogSettings['level']) =>
    (entry: LogEntry, facts?: LogFacts, error?: unknown): void => {
      if (RANK[of] < RANK[level]) return;
      const timestamp = new Date(clock.now()).toISOString();
      const head = `"level":"${of}","timestamp":"${timestamp}",${headOf(entry)}`;
      write(`{${head}${more(error === undefined ? facts : { ...facts, ...errorFacts(error) })}}`);
    };
  return { info: line('INFO'), warn: line('WARN'), error: line('ERROR') };
}

/** JSON that follows the head's. No fact may pass for the head. */
function more(facts: LogFacts = {}): string {
  const named = HEAD.some((name) => name in facts) ? withoutHead(facts) : facts;
  const json = JSON.stringify(named);
  return json === '{}' ? '' : `,${json.slice(1, -1)}`;
}

function withoutHead(facts: LogFacts): LogFacts {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !HEAD.includes(name)));
}
