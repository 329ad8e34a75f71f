import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { contexts } from '../../infra/contexts.ts';
import { createApi } from '../../shared/http/api.ts';
import { createMetrics } from '../../shared/observability/metrics.ts';
import { testClock, testDeps } from '../support/deps.ts';
import { call } from './edge.ts';

/** CloudWatch's own schema of the format, as far as we use it: what does not fit is silently no metric. */
const embedded = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.int(),
    CloudWatchMetrics: z
      .array(
        z.strictObject({
          Namespace: z.string().check(z.minLength(1), z.maxLength(256), z.regex(/^[^:]/)),
          Dimensions: z.array(z.array(z.string()).check(z.maxLength(30))).check(z.minLength(1)),
          Metrics: z
            .array(z.strictObject({ Name: z.string(), Unit: z.enum(['Count', 'Milliseconds']) }))
            .check(z.minLength(1), z.maxLength(100)),
        }),
      )
      .check(z.minLength(1)),
  }),
});

function collected() {
  const lines: string[] = [];
  const clock = testClock('2026-03-02T00:00:00.000Z');
  const metrics = createMetrics({ city: 'demo', clock, write: (line) => lines.push(line) });
  return { metrics, read: () => lines.map((line) => embedded.parse(JSON.parse(line))) };
}

/** Dimensions as CloudWatch would store them; throws where one has no text, or a metric no number. */
function series(line: z.output<typeof embedded>): readonly string[] {
  return line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name }) =>
      Dimensions.map((names) => {
        const value = z.number().parse(line[Name]);
        const dimensions = names.map(
          (name) => `${name}=${z.string().check(z.minLength(1)).parse(line[name])}`,
        );
        return `${Namespace} ${Name} [${dimensions.join(' ')}] ${value}`;
      }),
    ),
  );
}

describe('metrics', () => {
  it('of a request are its time by route, and counts by context', () => {
    const { metrics, read } = collected();
    metrics.request({
      context: 'booking',
      route: 'GET /booking/schedules/{scheduleId}',
      status: 200,
      millis: 12,
    });
    expect(read().map(series)).toEqual([
      [
        'TieredCare Requests [city=demo context=booking] 1',
        'TieredCare Defects [city=demo context=booking] 0',
        'TieredCare RequestMillis [city=demo context=booking route=GET /booking/schedules/{scheduleId}] 12',
      ],
    ]);
  });

  it.each([
    [200, 0],
    [422, 0],
    [500, 1],
    [503, 1],
  ])('count status %i as %i defects', (status, defects) => {
    const { metrics, read } = collected();
    metrics.request({ context: 'booking', route: 'unmatched', status, millis: 1 });
    expect(read()[0]).toMatchObject({ Defects: defects });
  });

  it('count a happening under its own name', () => {
    const { metrics, read } = collected();
    metrics.count('booking.sold-out');
    metrics.count('booking.sold-out', 3);
    expect(read().flatMap(series)).toEqual([
      'TieredCare booking.sold-out [city=demo] 1',
      'TieredCare booking.sold-out [city=demo] 3',
    ]);
  });

  it('of all contexts stay as few as there are routes, whatever is asked', async () => {
    const { metrics, read } = collected();
    const seen = ['person-a1', 'person-b2', 'person-c3'];
    for (const context of contexts) {
      const api = createApi(context, testDeps({ metrics }));
      for (const { method, path } of context.routes) {
        for (const id of seen) await call(api, `${method} ${path.replaceAll(/\{[^}]*\}/g, id)}`);
      }
      for (const id of seen) {
        await call(api, `GET /${context.name}/no-such/${id}`);
        await call(api, `${id} /${context.name}`);
      }
    }
    const lines = read();
    expect(JSON.stringify(lines)).not.toContain('person-');
    const declared = contexts.flatMap(({ routes }) => routes.map(({ method, path }) => `${method} ${path}`));
    expect(new Set(lines.map(({ route }) => route))).toEqual(new Set([...declared, 'unmatched']));
  });
});
