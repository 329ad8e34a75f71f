import {
  type AllianceParties,
  type AllianceSwitches,
  isParty,
  isSwitchedOn,
} from '../../shared/kernel/alliance.ts';
import { addDays, type Day, dayOf } from '../../shared/kernel/china-time.ts';
import type { Kind, Scope } from './codes.ts';
import type { RecognitionPolicy } from './policy.ts';
import type { Figures } from './sealing.ts';

/** R10: which results count instead of another examination (检查检验结果互认). Pure. */

export interface Recognisable {
  readonly kind: Kind;
  readonly institutionId: string;
  readonly effectiveAt: string;
  readonly figures: Figures;
}

export interface Asking {
  readonly code: string;
  readonly institutionId: string;
  readonly day: Day;
  readonly alliances: readonly (AllianceParties & AllianceSwitches & { readonly active: boolean })[];
}

export interface Recognised {
  readonly scope: Scope;
  readonly validUntil: Day;
  readonly tag?: string;
}

/** Undefined: it does not count, for another item, too old, or from too far away. */
export function recognised(
  policy: Pick<RecognitionPolicy, 'allianceDays' | 'items' | 'tags'>,
  result: Recognisable,
  asking: Asking,
): Recognised | undefined {
  const part = partOf(result.figures, asking.code);
  if (part === undefined) return undefined;
  const listed = policy.items.find(({ code }) => code === asking.code);
  const inHouse = isClose(asking, result.institutionId);
  const tag = policy.tags.find((one) => one.tag === part.tag);
  const days = inHouse ? (listed?.days ?? policy.allianceDays?.[result.kind]) : listed?.days;
  if (days === undefined) return undefined;
  const examinedOn = dayOf(result.effectiveAt);
  const validUntil = addDays(examinedOn, days);
  if (examinedOn > asking.day || asking.day > validUntil) return undefined;
  if (inHouse) return { scope: 'ALLIANCE', validUntil, ...(part.tag === undefined ? {} : { tag: part.tag }) };
  if (listed === undefined || listed.scope === 'ALLIANCE' || tag === undefined) return undefined;
  return { scope: tag.scope === 'PROVINCE' ? listed.scope : 'CITY', validUntil, tag: tag.tag };
}

/** The whole examination, or one of its values; a value without a mark of its own has the examination's. */
function partOf({ code, tag, values }: Figures, wanted: string): { readonly tag?: string } | undefined {
  if (code === wanted) return tag === undefined ? {} : { tag };
  const value = values.find((one) => one.code === wanted);
  if (value === undefined) return undefined;
  const own = value.tag ?? tag;
  return own === undefined ? {} : { tag: own };
}

/** The same house, or two of one alliance that have this switched on between them, on that day. */
function isClose({ institutionId, alliances, day }: Asking, other: string): boolean {
  if (institutionId === other) return true;
  return alliances.some(
    (alliance) =>
      alliance.active &&
      isParty(alliance, institutionId, day) &&
      isParty(alliance, other, day) &&
      isSwitchedOn(alliance, 'result-recognition', [institutionId, other]),
  );
}

/** How far back a check has to look. */
export function longestDays({
  allianceDays,
  items,
}: Pick<RecognitionPolicy, 'allianceDays' | 'items'>): number {
  return Math.max(0, ...Object.values(allianceDays ?? {}), ...items.map(({ days }) => days));
}
