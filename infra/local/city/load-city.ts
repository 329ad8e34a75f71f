import type { ChangeDeps } from '../../../functions/directory/change.ts';
import { departments } from '../../../functions/directory/store.ts';
import type { RowOf } from './city-tables.ts';
import { loadInstitutions } from './load-institutions.ts';
import { type Loaded, loadAlliance, loadCareTeam, loadDepartment, loadPractitioner } from './load-row.ts';
import { readCity } from './read-city.ts';

/** How many rows of each kind were new, changed or already so. */
export type LoadReport = Readonly<Record<string, Readonly<Record<Loaded, number>>>>;

/**
 * Brings the directory to what a city's files state, through the directory's own use cases, so that rules are
 * kept and events sent. Run it again as often as you like: nothing is doubled, changed rows are changed. What
 * the files no longer name stays as it is, since switching off is a person's decision.
 * @throws CityFilesError before anything is written; Refusal when a row breaks a rule that needs the table
 */
export async function loadCity(deps: ChangeDeps, folder: string): Promise<LoadReport> {
  const city = readCity(folder);
  return {
    institutions: await loadInstitutions(deps, city.institutions),
    departments: await loadDepartments(deps, city.departments),
    practitioners: await each(city.practitioners, (row) => loadPractitioner(deps, row)),
    careTeams: await each(city.careTeams, (row) => loadCareTeam(deps, row)),
    alliances: await each(city.alliances, (row) => loadAlliance(deps, row)),
  };
}

async function loadDepartments(
  deps: ChangeDeps,
  rows: readonly RowOf<'departments'>[],
): Promise<Readonly<Record<Loaded, number>>> {
  const known = await departments.getMany(deps.table, rows, { consistent: true });
  return each(rows, (row, index) => loadDepartment(deps, row, known[index]));
}

async function each<Row>(
  rows: readonly Row[],
  load: (row: Row, index: number) => Promise<Loaded>,
): Promise<Readonly<Record<Loaded, number>>> {
  const report = { created: 0, changed: 0, unchanged: 0 };
  for (const [index, row] of rows.entries()) report[await load(row, index)] += 1;
  return report;
}
