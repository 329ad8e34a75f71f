import { type CityFault, CityFilesError } from './city-faults.ts';
import type { RowOf, TableName } from './city-tables.ts';
import { type ReadRow, readTable } from './read-table.ts';

export interface CityFiles {
  /** Parents before their children. */
  readonly institutions: readonly RowOf<'institutions'>[];
  readonly departments: readonly RowOf<'departments'>[];
  readonly practitioners: readonly RowOf<'practitioners'>[];
  readonly careTeams: readonly RowOf<'care-teams'>[];
  readonly alliances: readonly RowOf<'alliances'>[];
  /** For the laptop and for payment; the directory knows nothing of them. */
  readonly merchants: readonly RowOf<'merchants'>[];
}

/** Reads and judges a whole city before anything of it is written. @throws CityFilesError with every fault */
export function readCity(folder: string): CityFiles {
  const faults: CityFault[] = [];
  const institutions = readTable(folder, 'institutions', faults);
  const departments = readTable(folder, 'departments', faults);
  const practitioners = readTable(folder, 'practitioners', faults);
  const careTeams = readTable(folder, 'care-teams', faults);
  const alliances = readTable(folder, 'alliances', faults);
  const merchants = readTable(folder, 'merchants', faults);
  const complete = faults.length === 0;
  const check = referenceCheck(faults);

  const institutionIds = check.unique(institutions, 'institutionId', ({ institutionId }) => institutionId);
  const departmentIds = check.unique(departments, 'departmentId', departmentKey);
  const practitionerIds = check.unique(
    practitioners,
    'practitionerId',
    ({ practitionerId }) => practitionerId,
  );
  check.unique(careTeams, 'careTeamId', ({ careTeamId }) => careTeamId);
  check.unique(alliances, 'allianceId', ({ allianceId }) => allianceId);
  check.unique(merchants, 'mchid', ({ mchid }) => mchid);
  // A row left out because of its own fault would be called unknown by all that name it.
  if (complete) {
    check.known(institutions, 'parentId', institutionIds, ({ parentId }) =>
      parentId === undefined ? [] : [parentId],
    );
    check.known(departments, 'institutionId', institutionIds, ({ institutionId }) => [institutionId]);
    check.known(practitioners, 'sites', departmentIds, ({ sites }) => sites.map(departmentKey));
    check.known(careTeams, 'institutionId', institutionIds, ({ institutionId }) => [institutionId]);
    check.known(careTeams, 'leaderId', practitionerIds, ({ leaderId }) => [leaderId]);
    check.known(careTeams, 'memberIds', practitionerIds, ({ memberIds }) => memberIds);
    check.known(alliances, 'leadId', institutionIds, ({ leadId }) => [leadId]);
    check.known(alliances, 'members', institutionIds, ({ members }) =>
      members.map((member) => member.institutionId),
    );
    check.known(merchants, 'institutionIds', institutionIds, (merchant) => merchant.institutionIds);
  }
  const ordered = parentsFirst(institutions, faults);
  if (faults.length > 0) throw new CityFilesError(faults);
  return {
    institutions: ordered,
    departments: values(departments),
    practitioners: values(practitioners),
    careTeams: values(careTeams),
    alliances: values(alliances),
    merchants: values(merchants),
  };
}

function departmentKey({
  institutionId,
  departmentId,
}: {
  institutionId: string;
  departmentId: string;
}): string {
  return `${institutionId}/${departmentId}`;
}

function values<Name extends TableName>(rows: readonly ReadRow<Name>[]): readonly RowOf<Name>[] {
  return rows.map(({ value }) => value);
}

interface ReferenceCheck {
  unique<Name extends TableName>(
    rows: readonly ReadRow<Name>[],
    column: string,
    idOf: (value: RowOf<Name>) => string,
  ): ReadonlySet<string>;
  known<Name extends TableName>(
    rows: readonly ReadRow<Name>[],
    column: string,
    ids: ReadonlySet<string>,
    named: (value: RowOf<Name>) => readonly string[],
  ): void;
}

function referenceCheck(faults: CityFault[]): ReferenceCheck {
  return {
    unique(rows, column, idOf) {
      const ids = new Set<string>();
      for (const { file, row, value } of rows) {
        const id = idOf(value);
        if (ids.has(id)) faults.push({ file, row, column, message: '编号重复' });
        ids.add(id);
      }
      return ids;
    },
    known(rows, column, ids, named) {
      for (const { file, row, value } of rows) {
        if (named(value).some((id) => !ids.has(id)))
          faults.push({ file, row, column, message: '所指的编号不存在' });
      }
    },
  };
}

/** Institutions can only be created below one that is there. What is left over hangs in a circle. */
function parentsFirst(
  rows: readonly ReadRow<'institutions'>[],
  faults: CityFault[],
): readonly RowOf<'institutions'>[] {
  const ids = new Set(rows.map(({ value }) => value.institutionId));
  const placed = new Set<string>();
  const ordered: RowOf<'institutions'>[] = [];
  let waiting = rows;
  while (waiting.length > 0) {
    const ready = waiting.filter(
      ({ value: { parentId } }) => parentId === undefined || placed.has(parentId) || !ids.has(parentId),
    );
    if (ready.length === 0) {
      faults.push(
        ...waiting.map(({ file, row }) => ({ file, row, column: 'parentId', message: '上级机构形成循环' })),
      );
      return ordered;
    }
    for (const { value } of ready) {
      placed.add(value.institutionId);
      ordered.push(value);
    }
    waiting = waiting.filter(({ value }) => !placed.has(value.institutionId));
  }
  return ordered;
}
