import { type CityFault, CityFilesError } from './city-faults.ts';
import type { RowOf } from './city-tables.ts';
import type { CityFiles } from './read-city.ts';
import { readTable } from './read-table.ts';

export type CityMerchant = RowOf<'merchants'>;

/** The merchants alone, for every start of a city that was loaded long ago. @throws CityFilesError */
export function readMerchants(folder: string): readonly CityMerchant[] {
  const faults: CityFault[] = [];
  const rows = readTable(folder, 'merchants', faults);
  if (faults.length > 0) throw new CityFilesError(faults);
  return rows.map(({ value }) => value);
}

/** institutionId → mchid of who takes its money. An institution that is missing takes none. */
export function payeesOf({
  institutions,
  merchants,
}: Pick<CityFiles, 'institutions' | 'merchants'>): ReadonlyMap<string, string> {
  const payees = new Map<string, string>();
  for (const { institutionId, level } of institutions) {
    const named = merchants.find(({ institutionIds }) => institutionIds.includes(institutionId));
    const payee = named ?? merchants.find(({ levels }) => levels.includes(level));
    if (payee !== undefined) payees.set(institutionId, payee.mchid);
  }
  return payees;
}

/** Who places combined orders (合单发起方). */
export function combinerOf(merchants: readonly CityMerchant[]): string | undefined {
  return merchants.find(({ combines }) => combines)?.mchid;
}
