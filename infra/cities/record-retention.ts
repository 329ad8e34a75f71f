import type { City } from './city.ts';

/** How long a medical record is kept at least. Inpatients' are kept for 30 years: a city of hospitals says so itself. */
const LEAST = {
  years: 15,
  source: '《互联网诊疗监管细则（试行）》国卫办医发〔2022〕2号：互联网诊疗病历记录保存时间不得少于15年',
  mark: 'V',
} as const;

/** Days, the longest that the years can be. @throws when the city keeps them for a shorter time than the law asks for */
export function recordRetentionDays({ id, recordRetentionYears = LEAST.years }: City): number {
  if (recordRetentionYears < LEAST.years)
    throw new Error(`${id} keeps records too short a time: ${LEAST.source}`);
  return recordRetentionYears * 366;
}
