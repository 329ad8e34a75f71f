import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { maskName } from '../../shared/privacy/masking.ts';
import { checkResidentId, normaliseResidentId } from '../../shared/privacy/resident-id.ts';
import type { ReportView } from './contracts.ts';
import type { Publication } from './publish-contracts.ts';
import { versionOf } from './rules.ts';
import type { Report } from './store.ts';

export interface Shown {
  readonly report: Report & { readonly patientId: string };
  readonly content: Publication;
}

/** A version of a report as it is shown. The name is masked; a page that is handed over carries the whole of it. */
export function viewOf(
  deps: Pick<Deps, 'clock'>,
  { report, content }: Shown,
  institutionName: string,
  naming: (name: string) => string = maskName,
): ReportView {
  const { reportId, patientId, institutionId, order, keepUntil } = report;
  const { patient, category: _category, version: _version, order: _order, ...shown } = content;
  return {
    ...shown,
    reportId,
    version: versionOf(content),
    institutionId,
    institutionName,
    patient: { patientId, name: naming(patient.name), ...bornAs(deps, patient.idNumber) },
    order,
    keepUntil,
  };
}

/** As the number says; a number that is none says nothing. */
function bornAs(
  { clock }: Pick<Deps, 'clock'>,
  idNumber: string,
): Pick<ReportView['patient'], 'sex' | 'birthDate'> {
  const check = checkResidentId(normaliseResidentId(idNumber), dayOf(clock.now()));
  return check.ok ? { sex: check.sex, birthDate: check.birthDate } : {};
}
