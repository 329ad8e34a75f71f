import { eventFor } from '../../../shared/data/events.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { Key } from '../../../shared/data/table.ts';
import type { Deps } from '../../../shared/deps.ts';
import type { Clock } from '../../../shared/kernel/clock.ts';
import type { Dice } from '../../support/dice.ts';
import type { Operation, Plan } from '../kernel/part.ts';

/** What signing and referral say, and what is so: told by the events of items of theirs, written under a version. */

export interface Contract {
  readonly patientId: string;
  readonly signingId: string;
  readonly careTeamId: string;
  readonly status: 'ACTIVE' | 'TERMINATED' | 'EXPIRED' | 'DECEASED';
  readonly version: number;
}

export interface Stay {
  readonly patientId: string;
  readonly referralId: string;
  readonly status: string;
  readonly round: number;
  readonly version: number;
}

/** A contract is not signed as soon after the last one as the clocks of two containers differ. */
const APART_MS = 12 * 60_000;

/** What follows a step of a referral up, by what the hospital does next. */
const STAYS: Readonly<Record<string, readonly string[]>> = {
  nothing: ['GATE_REVIEW', 'OFFERED', 'ARRIVED'],
  GATE_REVIEW: ['OFFERED', 'WITHDRAWN'],
  OFFERED: ['ARRIVED', 'ARRIVED', 'ARRIVED', 'EXPIRED'],
  ARRIVED: ['IN_TREATMENT', 'IN_TREATMENT', 'COMPLETED', 'NO_SHOW'],
  IN_TREATMENT: ['COMPLETED', 'COMPLETED', 'COMPLETED', 'BETWEEN_VISITS', 'DIED'],
  BETWEEN_VISITS: ['ARRIVED'],
};
const AT_HOSPITAL = ['ARRIVED', 'IN_TREATMENT'];

export class Outside {
  readonly #contracts = new Map<string, Contract>();
  readonly #signedAt = new Map<string, number>();
  readonly #stays = new Map<string, Stay>();
  readonly #clock: Clock;
  readonly #patients: readonly string[];
  readonly #teams: readonly string[];
  #made = 0;

  constructor(clock: Clock, patients: readonly string[], teams: readonly string[]) {
    this.#clock = clock;
    this.#patients = patients;
    this.#teams = teams;
  }

  onChange({ key: { pk }, new: item, at }: Change): void {
    if (pk.startsWith('outside#contract#')) {
      this.#contracts.set(String(item?.['patientId']), item as unknown as Contract);
      this.#signedAt.set(String(item?.['patientId']), at);
    }
    if (pk.startsWith('outside#stay#'))
      this.#stays.set(String(item?.['referralId']), item as unknown as Stay);
  }

  /** Undefined: none in force. */
  contractOf(patientId: string): Contract | undefined {
    const contract = this.#contracts.get(patientId);
    return contract?.status === 'ACTIVE' ? contract : undefined;
  }

  isAtHospital(stay: string): boolean {
    const [referralId = '', round] = stay.split('#');
    const { status = '', round: now } = this.#stays.get(referralId) ?? {};
    return AT_HOSPITAL.includes(status) && String(now) === round;
  }

  operations(): Record<string, Operation> {
    return {
      'sign-elsewhere': {
        who: 'resident',
        weight: 5,
        plan: (dice) => this.sign(dice, dice.pick(this.#patients)),
      },
      release: { who: 'resident', weight: 2.5, plan: (dice) => this.#release(dice) },
      'refer-elsewhere': { who: 'doctor', weight: 12, plan: (dice) => this.#refer(dice) },
      'hand-down': { who: 'doctor', weight: 2, plan: (dice) => this.#handDown(dice) },
    };
  }

  /** Undefined: what was signed last is too fresh. */
  sign(dice: Dice, patientId: string): Plan | undefined {
    const careTeamId = dice.pick(this.#teams);
    const before = this.#contracts.get(patientId);
    const since = this.#clock.now() - (this.#signedAt.get(patientId) ?? 0);
    if (since < APART_MS) return undefined;
    this.#made += 1;
    const signing = { patientId, signingId: `signing-${this.#made}`, careTeamId, status: 'ACTIVE' };
    return this.#says(`outside#contract#${patientId}`, before?.version, 'signing.active', signing);
  }

  #release(dice: Dice): Plan | undefined {
    const patientId = dice.pick(this.#patients);
    const before = this.contractOf(patientId);
    if (before === undefined) return undefined;
    const { signingId, careTeamId, version } = before;
    const status = dice.pick(['TERMINATED', 'TERMINATED', 'EXPIRED', 'DECEASED']);
    return this.#says(`outside#contract#${patientId}`, version, `signing.${status.toLowerCase()}`, {
      ...{ patientId, signingId, careTeamId, status },
    });
  }

  /** The next step of a referral that is on its way, or a new one. */
  #refer(dice: Dice): Plan {
    const going = [...this.#stays.values()].filter(({ status }) => STAYS[status] !== undefined);
    const isNew = going.length === 0 || (going.length < 2 && dice.next() < 0.15);
    this.#made += 1;
    const {
      patientId,
      referralId,
      status,
      round: last,
      version,
    } = isNew
      ? {
          patientId: dice.pick(this.#patients),
          referralId: `referral-${this.#made}`,
          status: 'nothing',
          round: 1,
          version: undefined,
        }
      : dice.pick(going);
    const next = dice.pick(STAYS[status] ?? []);
    const round = status === 'BETWEEN_VISITS' ? last + 1 : last;
    return this.#says(
      `outside#stay#${referralId}`,
      version,
      `referral.${next.toLowerCase().replaceAll('_', '-')}`,
      {
        ...{ patientId, referralId, status: next, round, direction: 'UP', toInstitutionId: 'county' },
      },
    );
  }

  #handDown(dice: Dice): Plan {
    const back = [...this.#stays.values()].filter(({ status }) => status === 'COMPLETED');
    const follows = back.length === 0 ? undefined : dice.pick(back);
    this.#made += 1;
    const referralId = `referral-${this.#made}`;
    return this.#says(`outside#stay#${referralId}`, undefined, 'referral.first-visit', {
      ...{ patientId: follows?.patientId ?? dice.pick(this.#patients), referralId, status: 'FIRST_VISIT' },
      ...{ round: 1, direction: 'DOWN', toInstitutionId: 'town' },
      ...(follows === undefined ? {} : { follows: follows.referralId }),
    });
  }

  #says(
    pk: string,
    before: number | undefined,
    type: string,
    data: Readonly<Record<string, string | number>>,
  ): Plan {
    const key: Key = { pk, sk: 'said' };
    return {
      words: `${type} of ${data['patientId']}, ${data['signingId'] ?? data['referralId']}`,
      work: async (deps: Deps) => {
        const { ok } = await deps.table.put(
          { ...key, ...data, version: (before ?? 0) + 1 },
          {
            if: before === undefined ? { $exists: false } : { version: before },
            event: eventFor(deps, type, { data }),
          },
        );
        return ok ? type : 'somebody was faster';
      },
    };
  }
}
