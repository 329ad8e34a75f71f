/** Units as Chinese laboratories write them, whose UCUM code is written otherwise. */
const UCUM: Readonly<Record<string, string>> = {
  '10^9/L': '10*9/L',
  '10^12/L': '10*12/L',
  'μmol/L': 'umol/L',
  'µmol/L': 'umol/L',
  'μg/L': 'ug/L',
  'µg/L': 'ug/L',
  'μIU/mL': 'u[IU]/mL',
  'mIU/L': 'm[IU]/L',
  'IU/mL': '[IU]/mL',
  'IU/L': '[IU]/L',
  mmHg: 'mm[Hg]',
  '℃': 'Cel',
  '个/μL': '/uL',
  '/HP': '/[HPF]',
  '次/分': '/min',
  秒: 's',
};
/** Those that are the same in both. */
const SAME = new Set(
  '% g/L mg/L ug/L ng/L pg/L g/dL mg/dL ng/mL pg/mL mol/L mmol/L umol/L nmol/L pmol/L U/L kU/L fL pg mm/h mL/min s ms min h kg cm mm L mL /uL'.split(
    ' ',
  ),
);

/** Undefined: known to us by its text alone. */
export function ucumOf(unit: string): string | undefined {
  return UCUM[unit] ?? (SAME.has(unit) ? unit : undefined);
}
