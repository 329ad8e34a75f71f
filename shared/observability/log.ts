import { Logger } from '@aws-lambda-powertools/logger';

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

export function logEntry(code: string, message: string): LogEntry {
  return { code, message };
}

export function createLog({
  service,
  level,
}: {
  service: string;
  level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
}): Log {
  const logger = new Logger({ serviceName: service, logLevel: level });
  return {
    info: ({ code, message }, facts) => logger.info(message, { code, ...facts }),
    warn: ({ code, message }, facts, error) => logger.warn(message, { code, ...facts, ...described(error) }),
    error: ({ code, message }, facts, error) =>
      logger.error(message, { code, ...facts, ...described(error) }),
  };
}

/** An error's name and where it came from. Its message stays out: a parser's message may quote what a person typed. */
function described(error: unknown): LogFacts {
  if (!(error instanceof Error)) return error === undefined ? {} : { errorName: typeof error };
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12);
  return { errorName: error.name, stack: frames.map((line) => line.trim()).join(' < ') };
}
