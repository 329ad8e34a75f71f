import { type Doer, staffOf } from '../../shared/access/acting.ts';
import type { Role } from '../../shared/access/actor.ts';
import { allow, institution } from '../../shared/access/grants.ts';
import { type Call, type Route, route } from '../../shared/context.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { acknowledgeCritical, listCriticals, resolveCritical } from './answer-critical.ts';
import * as contract from './contracts.ts';
import { readFhir } from './fhir-read.ts';
import { publishBatch, readRows } from './publish-batch.ts';
import * as publishing from './publish-contracts.ts';
import { listUnmatched, releaseReport } from './release-report.ts';
import { prepareUpload } from './report-files.ts';

/** Who may be asked to answer for a critical value; whether this one is theirs is judged for each (R7). */
const ANSWERING: readonly Role[] = ['practitioner', 'family-doctor', 'village-doctor', 'nurse'];

const PUBLISHER = 'report-publisher';

/** A batch of 200 long laboratory reports. API Gateway and Lambda take 6 MB. */
const MOST_BATCH_BYTES = 4_000_000;

/**
 * A hospital's own machine, or that of the house above it in the tree, which runs the laboratory for all: so what it
 * may publish for is judged by the tree, and not by where it is employed.
 */
function publisherOf(call: Pick<Call, 'actor' | 'traceparent'>): Doer {
  return staffOf(call, [PUBLISHER]);
}

/** A bundle may hold resources of any kind: only when it has been read is it known how many are reports. */
function tooMany(): Error {
  const message = `最多 ${publishing.MOST_ROWS} 份报告`;
  return houseErrors.refusal('INVALID_REQUEST', {
    fields: [{ in: 'body', path: 'entry', code: 'too_big', message }],
  });
}

export const institutionRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/report/institutions/{institutionId}/reports',
    summary: '医疗机构发布检查检验报告（批量，逐条返回结果，可重复提交）',
    access: allow(PUBLISHER, institution()),
    request: { params: contract.institutionParams, body: publishing.publishBody },
    response: publishing.publishAnswer,
    // The institution's number and the version are the key: repeating publishes nothing twice.
    requestKey: 'not-needed',
    maxBodyBytes: MOST_BATCH_BYTES,
    audit: 'by-event',
    handle: async (deps, call) => ({
      rows: [
        ...(await publishBatch(deps, {
          institutionId: call.params.institutionId,
          rows: readRows(call.body.reports),
          doer: publisherOf(call),
        })),
      ],
    }),
  }),
  route({
    method: 'POST',
    path: '/report/institutions/{institutionId}/fhir',
    summary: '医疗机构以 FHIR R4 发布报告（DiagnosticReport 或 Bundle，逐条返回结果）',
    access: allow(PUBLISHER, institution()),
    request: { params: contract.institutionParams, body: publishing.fhirBody },
    response: publishing.publishAnswer,
    requestKey: 'not-needed',
    maxBodyBytes: MOST_BATCH_BYTES,
    audit: 'by-event',
    handle: async (deps, call) => {
      const { institutionId } = call.params;
      const rows = readFhir(call.body);
      if (rows.length > publishing.MOST_ROWS) throw tooMany();
      return { rows: [...(await publishBatch(deps, { institutionId, rows, doer: publisherOf(call) }))] };
    },
  }),
  route({
    method: 'POST',
    path: '/report/institutions/{institutionId}/report-files',
    summary: '上传报告原件前获取上传链接',
    access: allow(PUBLISHER, institution()),
    request: { params: contract.institutionParams, body: publishing.uploadBody },
    response: publishing.uploadLink,
    status: 201,
    // A link that is not used expires, and leaves nothing behind.
    requestKey: 'not-needed',
    errors: ['FILE_TOO_LARGE'],
    handle: (deps, { params, body }) => prepareUpload(deps, params.institutionId, body),
  }),
  route({
    method: 'GET',
    path: '/report/institutions/{institutionId}/unmatched-reports',
    summary: '本机构已发布、尚未匹配到居民的报告',
    access: allow(['clerk', PUBLISHER, 'institution-administrator'], institution()),
    request: { params: contract.institutionParams, query: contract.pageQuery },
    response: contract.unmatchedList,
    handle: (deps, { params, query }) => listUnmatched(deps, params.institutionId, query.after),
  }),
  route({
    method: 'POST',
    path: '/report/institutions/{institutionId}/reports/{reportId}/release',
    summary: '窗口核验身份证后当面发放敏感报告',
    access: allow('clerk', institution()),
    request: { params: contract.counterParams, body: contract.releaseBody },
    response: contract.releaseView,
    errors: ['REPORT_NOT_FOUND', 'CARD_MISMATCH', 'NOTHING_TO_RELEASE'],
    audit: 'by-event',
    handle: (deps, call) => {
      const { institutionId, reportId } = call.params;
      const doer = staffOf(call, ['clerk'], institutionId);
      return releaseReport(deps, { reportId, idNumber: call.body.idNumber, doer });
    },
  }),
  route({
    method: 'GET',
    path: '/report/institutions/{institutionId}/critical-values',
    summary: '待处置的危急值',
    access: allow(ANSWERING, institution()),
    request: { params: contract.institutionParams, query: contract.pageQuery },
    response: contract.criticalList,
    audit: {
      subject: 'report',
      action: 'READ',
      of: ({ response }) =>
        response.criticalValues.flatMap(({ patientId, reportId }) =>
          patientId === undefined ? [] : [{ patientId, subjectId: reportId }],
        ),
    },
    handle: (deps, call) =>
      listCriticals(deps, staffOf(call, ANSWERING, call.params.institutionId), call.query.after),
  }),
  route({
    method: 'POST',
    path: '/report/institutions/{institutionId}/critical-values/{reportId}/acknowledgement',
    summary: '确认收到危急值',
    access: allow(ANSWERING, institution()),
    request: { params: contract.counterParams, body: contract.emptyBody },
    response: contract.criticalView,
    errors: ['CRITICAL_NOT_FOUND', 'CRITICAL_WRONG_STATE'],
    audit: 'by-event',
    handle: (deps, call) => {
      const { institutionId, reportId } = call.params;
      return acknowledgeCritical(deps, { reportId, doer: staffOf(call, ANSWERING, institutionId) });
    },
  }),
  route({
    method: 'POST',
    path: '/report/institutions/{institutionId}/critical-values/{reportId}/resolution',
    summary: '登记危急值处置措施',
    access: allow(ANSWERING, institution()),
    request: { params: contract.counterParams, body: contract.resolveBody },
    response: contract.criticalView,
    errors: ['CRITICAL_NOT_FOUND', 'CRITICAL_WRONG_STATE'],
    audit: 'by-event',
    handle: (deps, call) => {
      const { institutionId, reportId } = call.params;
      const answering = { reportId, doer: staffOf(call, ANSWERING, institutionId) };
      return resolveCritical(deps, answering, call.body.measure);
    },
  }),
];
