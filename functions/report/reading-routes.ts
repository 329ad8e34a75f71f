import * as z from 'zod/mini';
import { residentOf, staffOf } from '../../shared/access/acting.ts';
import type { Role } from '../../shared/access/actor.ts';
import { allow, institution, patient } from '../../shared/access/grants.ts';
import { type Route, route, type Schema } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { file } from '../../shared/http/file-answer.ts';
import * as contract from './contracts.ts';
import { listReports } from './list-reports.ts';
import type { Reader } from './readers.ts';
import { linkToFile } from './report-files.ts';
import { pageOf, resourceOf } from './report-forms.ts';
import { showEditions, showReport } from './show-report.ts';
import { showTrend } from './show-trend.ts';

/** Who may have a reason to read; whether they have one is judged for each patient (R4). */
const READERS: readonly Role[] = ['practitioner', 'family-doctor', 'village-doctor', 'nurse'];

interface Reading<P extends z.ZodMiniObject, Q extends z.ZodMiniObject, R extends Schema> {
  /** Below the patient. */
  readonly path: string;
  readonly summary: string;
  /** Of the path, besides the institution that staff come from. */
  readonly params: P;
  /** Besides the purpose that staff state. */
  readonly query: Q;
  readonly response: R;
  readonly errors?: readonly string[];
  readonly read: (deps: Deps, reader: Reader, params: z.output<P>, query: z.output<Q>) => Promise<z.input<R>>;
}

/** One thing to read by two doors: at home, for oneself and for wards; and as staff, who say why. */
function readingRoutes<P extends z.ZodMiniObject, Q extends z.ZodMiniObject, R extends Schema>({
  path,
  summary,
  params,
  query,
  response,
  errors = [],
  read,
}: Reading<P, Q, R>): readonly Route[] {
  const shared = { method: 'GET', response, errors, audit: 'in-handler' } as const;
  return [
    route({
      ...shared,
      path: `/report/patients/{patientId}${path}`,
      summary,
      access: allow('resident', patient('patientId', ['SELF', 'GUARDIAN'])),
      request: { params, query },
      handle: (deps, call) =>
        read(
          deps,
          { doer: residentOf(call), requestId: call.requestId },
          call.params as z.output<P>,
          call.query as z.output<Q>,
        ),
    }),
    route({
      ...shared,
      path: `/report/institutions/{institutionId}/patients/{patientId}${path}`,
      summary: `${summary}（医务人员，须说明用途）`,
      access: allow(READERS, institution()),
      request: {
        params: z.extend(params, contract.institutionParams.shape),
        query: z.extend(query, contract.purposeQuery.shape),
      },
      handle: (deps, call) => {
        // Both were parsed by the schemas above, whose shapes the compiler cannot add up.
        const { institutionId } = call.params as z.output<typeof contract.institutionParams>;
        const { purpose } = call.query as z.output<typeof contract.purposeQuery>;
        const reader = { doer: staffOf(call, READERS, institutionId), purpose, requestId: call.requestId };
        return read(deps, reader, call.params as z.output<P>, call.query as z.output<Q>);
      },
    }),
  ];
}

const REPORT_ERRORS = ['REPORT_NOT_FOUND', 'RELEASED_IN_PERSON'] as const;
const noQuery = z.strictObject({});

export const readingRoutesOfReports: readonly Route[] = [
  ...readingRoutes({
    path: '/reports',
    summary: '检查检验报告列表，最新的在前',
    params: contract.patientParams,
    query: contract.listQuery,
    response: contract.reportList,
    read: (deps, reader, { patientId }, query) => listReports(deps, reader, { patientId, ...query }),
  }),
  ...readingRoutes({
    path: '/reports/{reportId}',
    summary: '报告详情',
    params: contract.reportParams,
    query: noQuery,
    response: contract.reportView,
    errors: REPORT_ERRORS,
    read: showReport,
  }),
  ...readingRoutes({
    path: '/reports/{reportId}/editions',
    summary: '报告的全部版本（含修订前）',
    params: contract.reportParams,
    query: noQuery,
    response: contract.editionList,
    errors: REPORT_ERRORS,
    read: showEditions,
  }),
  ...readingRoutes({
    path: '/reports/{reportId}/page',
    summary: '报告单（可打印网页）',
    params: contract.reportParams,
    query: noQuery,
    response: file('text/html; charset=utf-8'),
    errors: REPORT_ERRORS,
    read: pageOf,
  }),
  ...readingRoutes({
    path: '/reports/{reportId}/fhir',
    summary: '报告的 FHIR R4 资源（DiagnosticReport）',
    params: contract.reportParams,
    query: noQuery,
    response: file('application/fhir+json'),
    errors: REPORT_ERRORS,
    read: resourceOf,
  }),
  ...readingRoutes({
    path: '/reports/{reportId}/files/{fileId}',
    summary: '报告原件（PDF、图片）的短时下载链接',
    params: contract.fileParams,
    query: noQuery,
    response: contract.fileLink,
    errors: [...REPORT_ERRORS, 'FILE_NOT_FOUND'],
    read: linkToFile,
  }),
  ...readingRoutes({
    path: '/trends/{code}',
    summary: '单项指标变化趋势（可直接绘图）',
    params: contract.trendParams,
    query: contract.trendQuery,
    response: contract.trendView,
    read: (deps, reader, { patientId, code }, query) =>
      showTrend(deps, reader, { patientId, code, ...query }),
  }),
];
