import { allow, institution } from '../../shared/access/grants.ts';
import { type Call, type Route, route } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { idFromRequest } from './change.ts';
import * as contract from './contracts.ts';
import { createInstitution } from './create-institution.ts';
import { type DirectoryDeps, renewed } from './deps.ts';
import * as request from './requests.ts';
import { createAlliance, setAllianceActive, updateAlliance } from './save-alliance.ts';
import { setInstitutionActive } from './set-institution-active.ts';
import { updateInstitution } from './update-institution.ts';

/** A health authority maintains what stands below it in the tree. */
const byAuthority = allow('health-authority', institution());

/** The path's institution is checked by the grant; where it is to stand has to be below the actor as well. */
async function requireReach(
  deps: Deps,
  { actor }: Pick<Call, 'actor'>,
  parentId: string | undefined,
): Promise<void> {
  if (parentId === undefined || actor?.kind !== 'staff' || actor.institutionId === parentId) return;
  const above = await deps.institutionTree.ancestorsOf(parentId);
  if (!above.includes(actor.institutionId)) throw houseErrors.refusal('FORBIDDEN');
}

export const authorityRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/directory/institutions/{institutionId}/children',
    summary: '新增下级机构',
    access: byAuthority,
    request: { params: request.institutionParams, body: contract.institutionFacts },
    response: contract.institutionView,
    status: 201,
    errors: ['TREE_BROKEN'],
    handle: (deps: DirectoryDeps, call) => {
      const created = { institutionId: idFromRequest(call), parentId: call.params.institutionId };
      return renewed(deps, createInstitution(deps, { ...created, facts: call.body }, call));
    },
  }),
  route({
    method: 'PUT',
    path: '/directory/institutions/{institutionId}',
    summary: '修改机构信息或上级机构',
    access: byAuthority,
    request: { params: request.institutionParams, body: request.institutionUpdate },
    response: contract.institutionView,
    errors: ['INSTITUTION_NOT_FOUND', 'TREE_BROKEN'],
    handle: async (deps: DirectoryDeps, call) => {
      const { version, parentId, ...facts } = call.body;
      await requireReach(deps, call, parentId);
      const to = parentId === undefined ? {} : { parentId };
      return renewed(deps, updateInstitution(deps, { ...call.params, version, facts, ...to }, call));
    },
  }),
  route({
    method: 'PUT',
    path: '/directory/institutions/{institutionId}/status',
    summary: '启用或停用机构',
    access: byAuthority,
    request: { params: request.institutionParams, body: request.statusBody },
    response: contract.institutionView,
    errors: ['INSTITUTION_NOT_FOUND', 'IN_USE', 'TREE_BROKEN'],
    handle: (deps: DirectoryDeps, call) =>
      renewed(deps, setInstitutionActive(deps, { ...call.params, ...call.body }, call)),
  }),
  route({
    method: 'POST',
    path: '/directory/institutions/{institutionId}/alliances',
    summary: '新增由该机构牵头的医联体',
    access: byAuthority,
    request: { params: request.institutionParams, body: contract.allianceFacts },
    response: contract.allianceView,
    status: 201,
    errors: ['ALLIANCE_REFUSED', 'PLACE_UNUSABLE'],
    handle: (deps: DirectoryDeps, call) => {
      const led = { leadId: call.params.institutionId, allianceId: idFromRequest(call) };
      return renewed(deps, createAlliance(deps, { ...led, facts: call.body }, call));
    },
  }),
  route({
    method: 'PUT',
    path: '/directory/institutions/{institutionId}/alliances/{allianceId}',
    summary: '修改医联体成员与协作开关',
    access: byAuthority,
    request: { params: request.ledAllianceParams, body: request.allianceUpdate },
    response: contract.allianceView,
    errors: ['ALLIANCE_NOT_FOUND', 'ALLIANCE_REFUSED'],
    handle: (deps: DirectoryDeps, call) => {
      const { version, ...facts } = call.body;
      const { institutionId: leadId, allianceId } = call.params;
      return renewed(deps, updateAlliance(deps, { leadId, allianceId, version, facts }, call));
    },
  }),
  route({
    method: 'PUT',
    path: '/directory/institutions/{institutionId}/alliances/{allianceId}/status',
    summary: '启用或解散医联体',
    access: byAuthority,
    request: { params: request.ledAllianceParams, body: request.statusBody },
    response: contract.allianceView,
    errors: ['ALLIANCE_NOT_FOUND', 'PLACE_UNUSABLE'],
    handle: (deps: DirectoryDeps, call) => {
      const { institutionId: leadId, allianceId } = call.params;
      return renewed(deps, setAllianceActive(deps, { leadId, allianceId, ...call.body }, call));
    },
  }),
];
