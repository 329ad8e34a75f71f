import { createMemoryTable, type MemoryTableOptions } from '../../shared/data/memory-table.ts';
import type { Item, Table } from '../../shared/data/table.ts';
import { createDeps, type Deps, type Overrides } from '../../shared/deps.ts';
import type { Env } from '../../shared/env.ts';
import { type Ids, randomIds } from '../../shared/kernel/ids.ts';
import type { Log, LogEntry, LogFacts } from '../../shared/observability/log.ts';
import { noMetrics } from '../../shared/observability/metrics.ts';
import type { Kms } from '../../shared/privacy/kms.ts';
import { type CityName, cityNamed } from './city-policy.ts';
import type { Meter } from './meter.ts';
import { type MemoryObjects, memoryObjects } from './objects.ts';

/** A clock that stands until it is moved. */
export interface TestClock {
  now(): number;
  set(instant: string): void;
  advance(ms: number): void;
}

export function testClock(start: string): TestClock {
  let now = Date.parse(start);
  return {
    now: () => now,
    set: (instant) => {
      now = Date.parse(instant);
    },
    advance: (ms) => {
      now += ms;
    },
  };
}

export interface LoggedLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly code: string;
  readonly facts: LogFacts;
  readonly error: unknown;
}

/** Collects log lines, to be looked through for what must not be in them. */
export function collectingLog(lines: LoggedLine[]): Log {
  const write =
    (level: LoggedLine['level']) =>
    ({ code }: LogEntry, facts: LogFacts = {}, error?: unknown) => {
      lines.push({ level, code, facts, error });
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** Wraps by turning the bytes round, with the context in front: fast, and refuses another context as KMS does. */
export const testKms: Kms = {
  async wrap(plain, context) {
    return `${JSON.stringify(context)}|${Buffer.from(plain).reverse().toString('base64')}`;
  },
  async unwrap(wrapped, context) {
    const [given, body = ''] = wrapped.split('|');
    if (given !== JSON.stringify(context)) throw new Error('wrapped in another context');
    return new Uint8Array(Buffer.from(body, 'base64').reverse());
  },
};

export interface TestDeps extends Deps {
  readonly clock: TestClock;
  readonly lines: LoggedLine[];
  /** Everything in the table; only over the memory table. */
  all(): Item[];
  /** What a link of the object store leads to; only over the one in memory. */
  readonly follow: MemoryObjects['follow'];
  /** Told what a request costs, where there is one. */
  readonly meter?: Meter;
}

export interface TestDepsOptions extends Overrides {
  readonly start?: string;
  readonly cityName?: CityName;
  readonly memory?: Omit<MemoryTableOptions, 'clock'>;
  readonly ids?: Ids;
  readonly table?: Table;
  /** Only over the memory table. */
  readonly meter?: Meter;
}

/** Nothing of it leads anywhere. */
export const testEnv = (cityName: CityName): Env => ({
  CITY: cityName,
  CITY_FILE: '',
  TABLE_NAME: 'table',
  KEY_ID: 'key',
  BUS_NAME: undefined,
  LOG_LEVEL: 'INFO',
  WECHAT_ENDPOINT: 'http://127.0.0.1:9',
  WECHAT_PAY_ENDPOINT: 'http://127.0.0.1:9',
});

function metered({ onConsumed, onChange }: Meter, memory: TestDepsOptions['memory']): MemoryTableOptions {
  return {
    onConsumed,
    onChange: (change) => {
      onChange(change);
      memory?.onChange?.(change);
    },
  };
}

/** Real dependencies over the table in memory and a standing clock, with a city's real policy. */
export function testDeps({
  start = '2026-03-02T00:00:00.000Z',
  cityName = 'demo',
  memory,
  meter,
  ...overrides
}: TestDepsOptions = {}): TestDeps {
  const clock = testClock(start);
  const lines: LoggedLine[] = [];
  const table = createMemoryTable({
    ...memory,
    ...(meter === undefined ? {} : metered(meter, memory)),
    clock,
  });
  const { objects, follow } = memoryObjects(clock);
  const deps = createDeps(testEnv(cityName), {
    table: meter === undefined ? table : meter.over(table),
    city: cityNamed(cityName),
    kms: testKms,
    ids: randomIds,
    log: collectingLog(lines),
    metrics: noMetrics,
    objects,
    ...overrides,
    clock,
  });
  return { ...deps, clock, lines, all: () => table.all(), follow, ...(meter === undefined ? {} : { meter }) };
}
