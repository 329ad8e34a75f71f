import type * as z from 'zod/mini';
import { everyPage } from '../../shared/data/every-page.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { REPEAT_REASONS } from './codes.ts';
import type { countsQuery, countsView } from './contracts.ts';
import { counts, type RecognitionCount } from './store.ts';

type Counts = z.input<typeof countsView>;

/** 口径 of 互认率: of all examinations asked for while an equal result counted, how many were not done again. */
const DEFINITION = {
  definition: 'results-recognised',
  meaning: '本机构开单时存在有效互认结果的项目次数中，采用互认结果的次数占比；无可互认结果的开单不计入',
};

/** Recognised and repeated by the institution that asked, by month. */
export async function showCounts(
  deps: Deps,
  institutionId: string,
  { from, until }: z.output<typeof countsQuery>,
): Promise<Counts> {
  const { pk } = counts.key({ institutionId, month: from });
  const found = await everyPage(deps.table, counts, { pk, sk: { between: [from, until] } });
  const months = found.map(monthOf);
  const sum = (name: 'recognised' | 'repeated'): number =>
    months.reduce((total, month) => total + month[name], 0);
  const [recognised, repeated] = [sum('recognised'), sum('repeated')];
  const all = recognised + repeated;
  return {
    institutionId,
    ...DEFINITION,
    from,
    until,
    asOf: instant(deps.clock),
    recognised,
    repeated,
    ...(all === 0 ? {} : { percent: Math.round((recognised / all) * 10_000) / 100 }),
    months,
  };
}

function monthOf(count: RecognitionCount): Counts['months'][number] {
  const { month, recognised, repeated } = count;
  const reasons = REPEAT_REASONS.flatMap((reason): [string, number][] => {
    const times = count[`reason:${reason}`];
    return typeof times === 'number' ? [[reason, times]] : [];
  });
  return { month, recognised, repeated, reasons: Object.fromEntries(reasons) };
}
