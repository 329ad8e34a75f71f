import { type Clock, systemClock } from '../kernel/clock.ts';
import { writeToStdout } from './stdout.ts';

export interface RequestFigures {
  readonly context: string;
  /** Method and path as declared, never with ids: each route is a metric of its own. */
  readonly route: string;
  readonly status: number;
  readonly millis: number;
}

export interface Metrics {
  request(figures: RequestFigures): void;
  /** A countable happening of a context, e.g. `booking.sold-out`. The name is part of the code, never made of ids. */
  count(name: string, value?: number): void;
}

export interface MetricsSettings {
  readonly city: string;
  readonly clock?: Clock;
  /** Takes one line without its end. */
  readonly write?: (line: string) => void;
}

type Unit = 'Count' | 'Milliseconds';

/** Metrics that share their dimensions. */
interface Group {
  readonly dimensions: readonly string[];
  readonly units: Readonly<Record<string, Unit>>;
}

const NAMESPACE = 'TieredCare';

function described(groups: readonly Group[]): string {
  return JSON.stringify(
    groups.map(({ dimensions, units }) => ({
      Namespace: NAMESPACE,
      Dimensions: [['city', ...dimensions]],
      Metrics: Object.entries(units).map(([Name, Unit]) => ({ Name, Unit })),
    })),
  );
}

/** Of every request: described once. */
const OF_REQUESTS = described([
  { dimensions: ['context'], units: { Requests: 'Count', Defects: 'Count' } },
  { dimensions: ['context', 'route'], units: { RequestMillis: 'Milliseconds' } },
]);

/** CloudWatch takes metrics out of log lines of this form (Embedded Metric Format); nothing is called. */
export function createMetrics({
  city,
  clock = systemClock,
  write = writeToStdout,
}: MetricsSettings): Metrics {
  function emit(described: string, values: Readonly<Record<string, string | number>>): void {
    const head = `{"_aws":{"Timestamp":${clock.now()},"CloudWatchMetrics":${described}},`;
    write(head + JSON.stringify({ city, ...values }).slice(1));
  }
  return {
    request: ({ context, route, status, millis }) =>
      emit(OF_REQUESTS, {
        context,
        route,
        Requests: 1,
        Defects: status >= 500 ? 1 : 0,
        RequestMillis: millis,
      }),
    count: (name, value = 1) =>
      emit(described([{ dimensions: [], units: { [name]: 'Count' } }]), { [name]: value }),
  };
}

/** For the laptop and tests, where nobody collects them. */
export const noMetrics: Metrics = { request: () => {}, count: () => {} };
