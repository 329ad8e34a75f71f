import { defineErrors } from '../../shared/kernel/errors.ts';

export const directoryErrors = defineErrors({
  INSTITUTION_NOT_FOUND: { status: 404, message: '未找到该医疗机构', note: 'no institution of this id' },
  DEPARTMENT_NOT_FOUND: { status: 404, message: '未找到该科室', note: 'no department of this id here' },
  PRACTITIONER_NOT_FOUND: {
    status: 404,
    message: '未找到该医生',
    note: 'no practitioner of this id, or another institution keeps the record',
  },
  CARE_TEAM_NOT_FOUND: { status: 404, message: '未找到该家庭医生团队', note: 'no care team of this id here' },
  ALLIANCE_NOT_FOUND: {
    status: 404,
    message: '未找到该医联体',
    note: 'no alliance of this id led from here',
  },

  TREE_BROKEN: { status: 422, message: '机构上下级关系不合规则', note: 'reasons lists every rule broken' },
  PARENT_UNUSABLE: { status: 422, message: '上级机构不存在或已停用', note: 'rule parent-active' },
  CYCLE: { status: 422, message: '上级机构不能是本机构或其下级', note: 'rule no-cycle' },
  LEVEL_ABOVE_PARENT: { status: 422, message: '机构级别不能高于上级机构', note: 'rule level-order' },
  LEVEL_BELOW_CHILD: { status: 422, message: '机构级别不能低于下级机构', note: 'rule level-order' },
  COUNTY_FIXED: {
    status: 422,
    message: '机构所在区县不能变更，请新建机构',
    note: 'rule county-fixed: search entries are filed by county; a new licence is a new institution',
  },

  IN_USE: { status: 409, message: '仍在使用，不能停用或变更', note: 'reasons lists everything in the way' },
  HAS_ACTIVE_CHILDREN: { status: 409, message: '仍有启用中的下级机构', note: 'detail.count' },
  HAS_ACTIVE_DEPARTMENTS: { status: 409, message: '仍有启用中的科室', note: 'detail.count' },
  HAS_ACTIVE_PRACTITIONERS: { status: 409, message: '仍有在岗医生', note: 'detail.count' },
  HAS_ACTIVE_CARE_TEAMS: { status: 409, message: '仍有启用中的家庭医生团队', note: 'detail.count' },
  LEADS_ALLIANCES: { status: 409, message: '仍是医联体的牵头单位', note: 'detail.count' },
  IN_CARE_TEAMS: { status: 409, message: '仍是家庭医生团队的成员', note: 'detail.count' },

  PLACE_UNUSABLE: { status: 422, message: '执业机构或科室不可用', note: 'reasons lists every problem' },
  INSTITUTION_INACTIVE: { status: 422, message: '机构已停用', note: 'not found or inactive' },
  DEPARTMENT_INACTIVE: { status: 422, message: '科室不存在或已停用', note: 'not found or inactive' },
  SITES_TOO_MANY: { status: 422, message: '多点执业地点已达上限', note: 'three sites a practitioner' },
  SITE_TAKEN: { status: 409, message: '该医生已在本机构执业', note: 'one site an institution' },

  TEAM_UNUSABLE: { status: 422, message: '家庭医生团队设置有误', note: 'reasons lists every problem' },
  LEADER_UNUSABLE: { status: 422, message: '团队长须是本机构在岗的家庭医生', note: 'rule team-leader' },
  MEMBER_UNUSABLE: { status: 422, message: '团队成员须是在岗医生', note: 'detail.practitionerId' },

  ALLIANCE_REFUSED: { status: 422, message: '医联体设置有误', note: 'reasons lists every problem' },
  MEMBER_UNKNOWN: { status: 422, message: '成员机构不存在', note: 'detail.institutionId' },
  MEMBER_TWICE: { status: 422, message: '成员机构的加入时间重叠', note: 'detail.institutionId' },
  MEMBER_DATES: { status: 422, message: '退出日期不能早于加入日期', note: 'detail.institutionId' },
  EXCEPTION_UNUSABLE: { status: 422, message: '例外须在两个不同的成员之间', note: 'detail.position' },
});
