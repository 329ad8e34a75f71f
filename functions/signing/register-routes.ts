import type * as z from 'zod/mini';
import { staffOf } from '../../shared/access/acting.ts';
import { allow, institution } from '../../shared/access/grants.ts';
import { type Route, route } from '../../shared/context.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import * as contract from './contracts.ts';
import { signingErrors } from './errors.ts';
import type { RegisterCode, Registered } from './register-lines.ts';
import { registerRecords } from './register-records.ts';
import { registerSignings } from './register-signings.ts';

const MOST_BODY_BYTES = 256 * 1024;

/** Registers that an institution has, entered by its clerk page by page: line by line by the rules, as often as it likes. */
export const registerRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/signing/institutions/{institutionId}/health-record-register',
    summary: '批量建档（机构已有的名册，逐行答复，可重复提交）',
    access: allow('clerk', institution()),
    request: { params: contract.institutionParams, body: contract.recordRegisterBody },
    response: contract.registerView,
    requestKey: 'not-needed',
    maxBodyBytes: MOST_BODY_BYTES,
    audit: 'in-handler',
    handle: async (deps, call) => {
      const doer = staffOf(call, ['clerk'], call.params.institutionId);
      return viewOf(await registerRecords(deps, call.body.lines, doer));
    },
  }),
  route({
    method: 'POST',
    path: '/signing/institutions/{institutionId}/signing-register',
    summary: '批量登记已在纸质或其他系统签约的居民（本机构团队，逐行答复，可重复提交）',
    access: allow('clerk', institution()),
    request: { params: contract.institutionParams, body: contract.signingRegisterBody },
    response: contract.registerView,
    requestKey: 'not-needed',
    maxBodyBytes: MOST_BODY_BYTES,
    audit: 'by-event',
    handle: async (deps, call) => {
      const doer = staffOf(call, ['clerk'], call.params.institutionId);
      return viewOf(await registerSignings(deps, call.body.lines, doer));
    },
  }),
];

/** What a fault is about, where it is not the person. */
const FIELDS: Partial<Record<RegisterCode, string>> = {
  CARE_TEAM_NOT_FOUND: 'careTeamId',
  TEAM_CLOSED: 'careTeamId',
  TEAM_FULL: 'careTeamId',
  TERM_NOT_RUNNING: 'signedOn',
};

function viewOf(answers: readonly Registered[]): z.input<typeof contract.registerView> {
  const lines = answers.map((answer) => {
    if (answer.ok) {
      const { isNew, signingId } = answer;
      return { isNew, ...(signingId === undefined ? {} : { signingId }) };
    }
    const { code } = answer;
    const { message } = code === 'CONFLICT' ? houseErrors.reason(code) : signingErrors.reason(code);
    return { faults: [{ field: FIELDS[code] ?? 'patientId', code, message }] };
  });
  return { lines };
}
