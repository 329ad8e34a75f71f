import { GROUP_CODES, GROUPS } from '../../functions/signing/codes.ts';

/** 重点人群 as registers write them, besides the city's own words and codes. */
const USUAL: Readonly<Record<string, keyof typeof GROUPS>> = {
  '65岁以上老年人': 'ELDERLY',
  '0-6岁儿童': 'CHILD',
  儿童: 'CHILD',
  高血压: 'HYPERTENSION',
  糖尿病: 'DIABETES',
  肺结核: 'TUBERCULOSIS',
  严重精神障碍: 'MENTAL_DISORDER',
  精神障碍: 'MENTAL_DISORDER',
  残疾: 'DISABLED',
  贫困户: 'POVERTY',
  建档立卡: 'POVERTY',
  低保: 'LOW_INCOME',
  特困: 'LOW_INCOME',
  计生特殊家庭: 'FAMILY_PLANNING',
};

const CODES = new Map<string, string>([
  ...GROUP_CODES.map((code): [string, string] => [code, code]),
  ...GROUP_CODES.map((code): [string, string] => [GROUPS[code], code]),
  ...Object.entries(USUAL),
]);

/** Codes of what a cell lists; a word that is none stays as it is, for the city to refuse. */
export function groupsIn(cell: string): readonly string[] {
  const words = cell.split(/[;；,，/|\s]+/).filter((word) => word !== '');
  // One of the city's own words holds the sign that others are kept apart by.
  const parts = words.flatMap((word) => (CODES.has(word) ? [word] : word.split('、')));
  return [...new Set(parts.filter((part) => part !== '').map((part) => CODES.get(part) ?? part))];
}
