import type * as z from 'zod/mini';
import type { referralPolicy } from '../../../functions/referral/policy.ts';
import type { Day } from '../../../shared/kernel/china-time.ts';

interface ReferralEntry {
  readonly from: Day;
  readonly source: string;
  readonly mark: 'V' | 'R' | 'D';
  readonly values: z.output<typeof referralPolicy.schema>;
}

const usual: ReferralEntry['values'] = {
  reviewLevels: ['community', 'township'],
  hours: {
    gate: 4,
    documents: 72,
    accept: { EMERGENCY: 1, GREEN: 1, URGENT: 2, ORDINARY: 24 },
    number: 24,
    confirm: 24,
    emergencyArrival: 12,
    arrivalGrace: 14,
    treatment: 90 * 24,
    communityAccept: 48,
    firstVisit: 14 * 24,
  },
  paymentGraceMinutes: 30,
  remindAtPercent: 75,
  firstVisitNeeded: false,
  leastAttachments: 1,
  mostDaysToAdmission: 90,
  mostReroutes: 3,
  areaDigits: 4,
  outOfArea: { titles: ['chief', 'associate-chief'], levels: ['tertiary', 'secondary'] },
  standing: { mostVisits: 12, mostDays: 366, leadDays: 10 },
};

const SOURCE =
  '转往外地须由二级以上医院副主任医师及以上提出、下转后两周内随访为国家规定；各环节时限、候床天数、材料与复诊次数为本平台建议值';

/** Communities and towns review what leaves them; the county hospital does not stand between a town and the city. */
export const usualReferral: readonly ReferralEntry[] = [
  { from: '2024-01-01', source: SOURCE, mark: 'D', values: usual },
];

/** 县域医共体: what leaves the county is seen by the county hospital too (村、乡、县逐级). */
export const countyReferral: readonly ReferralEntry[] = [
  {
    from: '2024-01-01',
    source: `${SOURCE}；出县转诊由县级医院逐级审核`,
    mark: 'D',
    values: { ...usual, reviewLevels: ['community', 'township', 'secondary'] },
  },
];
