import type { Day } from '../../shared/kernel/china-time.ts';
import type { Reason } from '../../shared/kernel/errors.ts';
import { type InstitutionLevel, stepOf } from '../../shared/kernel/institution-level.ts';
import { type Direction, DOWN_CRITERIA, UP_CRITERIA, type Urgency } from './codes.ts';
import { referralErrors } from './errors.ts';
import type { ReferralPolicy } from './policy.ts';
import type { AllianceCopy, InstitutionPlace, PractitionerCopy, Standing } from './store.ts';

/** Pure rules of referral: who reviews, where a patient may be sent, what refuses an application. */

export function isHigher(one: InstitutionLevel, other: InstitutionLevel): boolean {
  return one !== 'authority' && stepOf(one) > stepOf(other);
}

/** The applicant's own institution and all above it, nearest first, as the tree stands. */
export function gatesOf(
  { reviewLevels }: Pick<ReferralPolicy, 'reviewLevels'>,
  path: readonly InstitutionPlace[],
  target: InstitutionPlace,
): readonly string[] {
  const reviewing: readonly string[] = reviewLevels;
  return path
    .filter(
      ({ institutionId, level, active }) =>
        active &&
        institutionId !== target.institutionId &&
        reviewing.includes(level) &&
        isHigher(target.level, level),
    )
    .map(({ institutionId }) => institutionId);
}

/**
 * 1+1+1: above the applicant in the tree, or in an alliance with it on that day. Once residents sign, their own
 * combination takes its place.
 */
export function isInsideCombination(
  from: InstitutionPlace,
  targetId: string,
  alliances: readonly AllianceCopy[],
  on: Day,
): boolean {
  const belongs = (alliance: AllianceCopy, institutionId: string): boolean =>
    alliance.leadId === institutionId ||
    alliance.members.some(
      (member) =>
        member.institutionId === institutionId &&
        member.joinedOn <= on &&
        (member.leftOn === undefined || on < member.leftOn),
    );
  const own = [from.institutionId, ...from.ancestors];
  return (
    from.ancestors.includes(targetId) ||
    alliances.some(
      (alliance) =>
        alliance.active &&
        belongs(alliance, targetId) &&
        own.some((institutionId) => belongs(alliance, institutionId)),
    )
  );
}

export interface ApplicationQuestion {
  readonly policy: ReferralPolicy;
  readonly direction: Direction;
  readonly urgency: Urgency;
  readonly criteria: readonly string[];
  readonly criterionText?: string;
  readonly from: InstitutionPlace;
  readonly target: InstitutionPlace;
  readonly inside: boolean;
  readonly outOfArea: boolean;
  readonly outsideReason?: string;
  readonly title?: PractitionerCopy['title'];
  readonly attachments: number;
  readonly hasFirstVisit: boolean;
  readonly hasPlan: boolean;
  /** Days of what the application says has been: the consent, the first visit. */
  readonly pastDays: readonly Day[];
  readonly standing?: Standing;
  readonly today: Day;
}

/** Every reason against the application at once. */
export function reasonsAgainst(question: ApplicationQuestion): readonly Reason[] {
  const reasons = question.direction === 'UP' ? againstUp(question) : againstDown(question);
  const isAhead = question.pastDays.some((day) => day > question.today);
  return isAhead ? [...reasons, referralErrors.reason('DAY_AHEAD')] : reasons;
}

function againstUp(question: ApplicationQuestion): readonly Reason[] {
  const { policy, urgency, criteria, from, target, standing } = question;
  const reasons: Reason[] = [];
  const isEmergency = urgency === 'EMERGENCY';
  if (!criteria.every((code) => code in UP_CRITERIA))
    reasons.push(referralErrors.reason('CRITERION_UNKNOWN'));
  if (criteria.includes('OTHER') && question.criterionText === undefined)
    reasons.push(referralErrors.reason('CRITERION_TEXT_NEEDED'));
  if (!isHigher(target.level, from.level)) reasons.push(referralErrors.reason('TARGET_NOT_HIGHER'));
  if (!question.inside && question.outsideReason === undefined && !isEmergency)
    reasons.push(referralErrors.reason('OUTSIDE_REASON_NEEDED'));
  if (question.outOfArea && !isEmergency && !mayJudgeOutOfArea(question))
    reasons.push(referralErrors.reason('OUT_OF_AREA_TITLE'));
  if (question.attachments < policy.leastAttachments && !isEmergency)
    reasons.push(referralErrors.reason('ATTACHMENTS_MISSING', { least: policy.leastAttachments }));
  if (policy.firstVisitNeeded && !question.hasFirstVisit && !isEmergency)
    reasons.push(referralErrors.reason('FIRST_VISIT_NEEDED'));
  if (standing !== undefined && isStandingTooLong(question, standing)) {
    const { mostVisits, mostDays } = policy.standing;
    reasons.push(referralErrors.reason('STANDING_TOO_LONG', { mostVisits, mostDays }));
  }
  return reasons;
}

function againstDown({ criteria, from, target, hasPlan, standing }: ApplicationQuestion): readonly Reason[] {
  const reasons: Reason[] = [];
  if (!criteria.every((code) => code in DOWN_CRITERIA))
    reasons.push(referralErrors.reason('CRITERION_UNKNOWN'));
  if (!isHigher(from.level, target.level) || stepOf(target.level) > stepOf('community'))
    reasons.push(referralErrors.reason('TARGET_NOT_LOWER'));
  if (!hasPlan) reasons.push(referralErrors.reason('PLAN_NEEDED'));
  if (standing !== undefined)
    reasons.push(referralErrors.reason('STANDING_TOO_LONG', { mostVisits: 1, mostDays: 0 }));
  return reasons;
}

function mayJudgeOutOfArea({ policy, title, from }: ApplicationQuestion): boolean {
  const { titles, levels } = policy.outOfArea;
  return title !== undefined && titles.includes(title) && levels.some((level) => level === from.level);
}

function isStandingTooLong(
  { policy, today, urgency }: ApplicationQuestion,
  { intervalDays, count, until }: Standing,
): boolean {
  const { mostVisits, mostDays } = policy.standing;
  const days = (Date.parse(until) - Date.parse(today)) / 86_400_000;
  return (
    urgency === 'EMERGENCY' ||
    count > mostVisits ||
    days > mostDays ||
    days < 0 ||
    intervalDays * (count - 1) > mostDays
  );
}
