import type * as z from 'zod/mini';
import { everyPage } from '../../shared/data/every-page.ts';
import type { Deps } from '../../shared/deps.ts';
import { addDays, addMonths, type Day, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import type { trendView } from './contracts.ts';
import { type ReportPolicy, reportPolicy } from './policy.ts';
import { type Reader, recordRead, viewOfPatient } from './readers.ts';
import { factorBetween, scaled } from './rules.ts';
import { type Figure, openFigures } from './sealing.ts';
import { type Facts, facts, factsOf } from './store.ts';

type Series = z.input<typeof trendView>['series'];

export interface TrendOf {
  readonly patientId: string;
  readonly code: string;
  /** Both days included. */
  readonly from?: Day | undefined;
  readonly until?: Day | undefined;
}

interface Measured {
  readonly fact: Facts;
  readonly figure: Figure;
  readonly value: number;
}

/**
 * R9: one item over time, ready to plot, by one query. Values stand in the item's own unit where theirs can be
 * converted; a unit that cannot is a line of its own, never mixed with another.
 */
export async function showTrend(
  deps: Deps,
  reader: Reader,
  { patientId, code, from, until }: TrendOf,
): Promise<z.input<typeof trendView>> {
  const today = dayOf(deps.clock.now());
  const { units, trendYears } = deps.city.policy(reportPolicy).at(today);
  const view = await viewOfPatient(deps, reader, patientId);
  if (view === undefined) return { code, series: [] };
  const first = from ?? addMonths(today, -12 * trendYears);
  const last = until ?? today;
  if (first > last) return { code, series: [] };
  const found = await everyPage(deps.table, facts, {
    pk: factsOf(patientId),
    // What was examined at the very midnight after it has the report's id behind that instant, so it is left out.
    sk: { between: [instantAt(first, '00:00'), instantAt(addDays(last, 1), '00:00')] },
    where: { release: { in: [...view.releases] } },
  });
  const measured = (
    await Promise.all(found.map((fact) => figuresOf(deps, { patientId, code }, fact)))
  ).flat();
  const series = seriesOf(units, code, measured);
  if (series.length > 0) await recordRead(deps, reader, view, { patientId, kind: 'report-trend', id: code });
  return { code, series };
}

async function figuresOf(
  deps: Deps,
  { patientId, code }: Pick<TrendOf, 'patientId' | 'code'>,
  fact: Facts,
): Promise<readonly Measured[]> {
  const { values } = await openFigures(deps, { ...fact, patientId }, fact);
  return values.flatMap((figure) =>
    figure.code === code && figure.value !== undefined ? [{ fact, figure, value: figure.value }] : [],
  );
}

function seriesOf(units: ReportPolicy['units'], code: string, measured: readonly Measured[]): Series {
  const byUnit = new Map<string | undefined, Series[number]['points']>();
  const own = units.find((known) => known.code === code)?.unit;
  for (const { fact, figure, value } of measured) {
    const factor =
      figure.unit === undefined || own === undefined
        ? undefined
        : factorBetween(units, { code, from: figure.unit, to: own });
    const unit = factor === undefined ? figure.unit : own;
    const by = factor ?? 1;
    const points = byUnit.get(unit) ?? [];
    byUnit.set(unit, points);
    points.push({
      at: fact.effectiveAt,
      value: scaled(value, by),
      reportId: fact.reportId,
      institutionId: fact.institutionId,
      ...(figure.low === undefined ? {} : { low: scaled(figure.low, by) }),
      ...(figure.high === undefined ? {} : { high: scaled(figure.high, by) }),
      ...(figure.unit === undefined || figure.unit === unit ? {} : { convertedFrom: figure.unit }),
    });
  }
  return [...byUnit].map(([unit, points]) => ({ ...(unit === undefined ? {} : { unit }), points }));
}
