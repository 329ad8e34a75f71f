import { route } from '../../shared/context.ts';
import { MOST_FILE_BYTES } from '../../shared/http/file-answer.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import * as contract from './contracts.ts';
import { atDesk } from './doors.ts';
import { paymentErrors } from './errors.ts';
import { csvOf } from './export-csv.ts';
import { CSV, movementsOn, summaryOf, XLSX } from './export-movements.ts';
import { tableOf } from './export-table.ts';
import { xlsxOf } from './export-xlsx.ts';
import * as finance from './finance-contracts.ts';
import type { PaymentDeps } from './payment-deps.ts';

interface InstitutionDay {
  readonly institutionId: string;
  readonly day: Day;
}

async function exported(deps: PaymentDeps, { institutionId, day }: InstitutionDay, format: 'csv' | 'xlsx') {
  const table = tableOf(await movementsOn(deps, institutionId, day));
  const bytes = format === 'csv' ? csvOf(table) : xlsxOf(table, deps.clock.now());
  if (bytes.length > MOST_FILE_BYTES) throw paymentErrors.refusal('EXPORT_TOO_LARGE');
  const fileName = `收支明细-${institutionId}-${day}.${format}`;
  return { fileName, contentType: format === 'csv' ? CSV : XLSX, bytes } as const;
}

export const financeRoutes = [
  route({
    method: 'GET',
    path: '/payment/institutions/{institutionId}/days/{day}/summary',
    summary: '本机构某日收支汇总',
    access: atDesk,
    request: { params: contract.dayParams },
    response: finance.daySummary,
    handle: async (deps: PaymentDeps, { params }) => {
      const { parts, ...sums } = summaryOf(await movementsOn(deps, params.institutionId, params.day));
      return { ...params, ...sums, parts: [...parts] };
    },
  }),
  route({
    method: 'GET',
    path: '/payment/institutions/{institutionId}/days/{day}/export',
    summary: '本机构某日收支明细（CSV 或 XLSX，不含患者信息）',
    access: atDesk,
    request: { params: contract.dayParams, query: finance.exportQuery },
    response: finance.exportFile,
    errors: ['EXPORT_TOO_LARGE'],
    handle: (deps: PaymentDeps, { params, query }) => exported(deps, params, query.format),
  }),
];
