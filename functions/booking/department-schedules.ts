import { everyPage } from '../../shared/data/every-page.ts';
import type { Table } from '../../shared/data/table.ts';
import { addDays, type Day } from '../../shared/kernel/china-time.ts';
import { departmentKey, type ScheduleDetail, schedules } from './store.ts';

export interface Span {
  readonly institutionId: string;
  readonly departmentId: string;
  readonly from: Day;
  readonly days: number;
}

/** Schedules of a department from a day on. From an index: what is free is read elsewhere. */
export async function schedulesIn(
  table: Table,
  { institutionId, departmentId, from, days }: Span,
): Promise<readonly ScheduleDetail[]> {
  return everyPage(table, schedules, {
    index: 'lookup',
    pk: departmentKey(institutionId, departmentId),
    sk: { between: [from, addDays(from, days)] },
    limit: 1000,
  });
}
