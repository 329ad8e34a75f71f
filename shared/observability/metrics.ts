import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';

export interface RequestFigures {
  readonly context: string;
  readonly route: string;
  readonly status: number;
  readonly millis: number;
}

export interface Metrics {
  request(figures: RequestFigures): void;
  /** A countable happening of a context, e.g. `booking.sold-out`. */
  count(name: string, value?: number): void;
}

export function createMetrics({ service, city }: { service: string; city: string }): Metrics {
  const metrics = new PowertoolsMetrics({
    namespace: 'TieredCare',
    serviceName: service,
    defaultDimensions: { city },
  });
  return {
    request({ route, status, millis }) {
      const one = metrics.singleMetric();
      one.addDimensions({ route });
      one.addMetric('RequestMillis', MetricUnit.Milliseconds, millis);
      metrics.addMetric('Requests', MetricUnit.Count, 1);
      if (status >= 500) metrics.addMetric('Defects', MetricUnit.Count, 1);
      metrics.publishStoredMetrics();
    },
    count(name, value = 1) {
      metrics.singleMetric().addMetric(name, MetricUnit.Count, value);
    },
  };
}

/** For the laptop and tests, where nobody collects them. */
export const noMetrics: Metrics = { request: () => {}, count: () => {} };
