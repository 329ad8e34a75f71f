import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import { fillTransactions } from '../../shared/data/transaction.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { houseErrors, Refusal } from '../../shared/kernel/errors.ts';
import { accessTo, audited } from './acting.ts';
import { consentTo } from './consent.ts';
import type { institutionParams, patientRegister, patientRegisterRequest } from './contracts.ts';
import { enrolmentOf, findByIdNumbers } from './enrol-patient.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, identitySettings } from './identity-deps.ts';
import { openedPerson } from './patient-record.ts';
import { checkedPerson, type Person } from './person.ts';
import type { Patient } from './store.ts';
import { askAuthority } from './verified-person.ts';

type Page = z.output<typeof patientRegisterRequest>;
type Line = Page['lines'][number];
type Answer = z.input<typeof patientRegister>['lines'][number];
type RegisterCall = Call<z.output<typeof institutionParams>, undefined, Page>;

type Faults = Required<Pick<Answer, 'faults'>>;

interface Entry {
  readonly line: Line;
  readonly person: Person;
}

interface Enrolled {
  readonly line: Line;
  readonly patientId: string;
  readonly operations: readonly TransactOperation[];
}

const PURPOSE = 'register';
const MOST_ATTEMPTS = 6;

/**
 * A page of an institution's register: people without WeChat by the hundred. Each line by the rules of the desk (V1,
 * E1), but for one: nobody holds the card in front of them here, so a number that is registered under another name is
 * a mistyped one. A line that is registered already is answered as such, so that a page may be sent again.
 */
export async function registerPatients(
  deps: IdentityDeps,
  call: RegisterCall,
): Promise<z.input<typeof patientRegister>> {
  consentTo(deps, call.body.noticeVersion);
  const { lines } = call.body;
  const answers = new Map<Line, Answer>();
  const today = dayOf(deps.clock.now());
  const entries: Entry[] = [];
  for (const line of lines) {
    const person = await orFaults(async () => checkedPerson(line, today));
    if ('faults' in person) answers.set(line, person);
    else entries.push({ line, person });
  }
  for (let attempt = 0; attempt < MOST_ATTEMPTS && answers.size < lines.length; attempt += 1) {
    const pending = entries.filter(({ line }) => !answers.has(line));
    await enrol(deps, call, await answerKnown(deps, call, pending, answers), answers);
  }
  const lost = faultsOf(houseErrors.refusal('CONFLICT'));
  return { lines: lines.map((line) => answers.get(line) ?? lost) };
}

/** Answers who is registered already, and hands on the others, each number once. */
async function answerKnown(
  deps: IdentityDeps,
  call: RegisterCall,
  pending: readonly Entry[],
  answers: Map<Line, Answer>,
): Promise<readonly Entry[]> {
  const numbers = pending.map(({ person }) => person.idNumber);
  const found = await findByIdNumbers(deps, numbers);
  const unknown = new Map<string, Entry>();
  const reads: TransactOperation[] = [];
  for (const [index, entry] of pending.entries()) {
    const patient = found[index];
    if (patient !== undefined) {
      const { patientId } = patient;
      answers.set(entry.line, await answerOf(deps, entry, patient));
      reads.push(audited(deps, accessTo(deps, call, { patientId, action: 'READ', purpose: PURPOSE })));
    } else if (!unknown.has(entry.person.idNumber)) unknown.set(entry.person.idNumber, entry);
  }
  for (const some of fillTransactions(reads, ({ length }) => length)) {
    const { ok } = await deps.table.transact(some);
    if (!ok) throw new Error('an audit entry has the id of another');
  }
  return [...unknown.values()];
}

async function answerOf(deps: IdentityDeps, { person }: Entry, patient: Patient): Promise<Answer> {
  const { name } = await openedPerson(deps, patient);
  if (name === person.name) return { patientId: patient.patientId, isNew: false };
  const reasons = [identityErrors.reason('NAME_MISMATCH')];
  return faultsOf(identityErrors.refusal('VERIFICATION_FAILED', { reasons }));
}

/** As many at once as a transaction takes. Who loses a race is looked for again. */
async function enrol(
  deps: IdentityDeps,
  call: RegisterCall,
  entries: readonly Entry[],
  answers: Map<Line, Answer>,
): Promise<void> {
  const enrolled: Enrolled[] = [];
  const verified = await Promise.all(entries.map(({ person }) => orFaults(() => askAuthority(deps, person))));
  for (const [index, { line, person }] of entries.entries()) {
    const verification = verified[index] ?? 'format';
    if (typeof verification === 'object') {
      answers.set(line, verification);
      continue;
    }
    const { patient, operations } = await enrolmentOf(deps, call, {
      person,
      verification,
      synthetic: identitySettings(deps).demo,
      phone: line.phone,
      noticeVersion: call.body.noticeVersion,
      purpose: PURPOSE,
    });
    enrolled.push({ line, patientId: patient.patientId, operations });
  }
  const sizeOf = (some: readonly Enrolled[]): number => some.flatMap(({ operations }) => operations).length;
  for (const some of fillTransactions(enrolled, sizeOf)) {
    const { ok } = await deps.table.transact(some.flatMap(({ operations }) => operations));
    if (ok) for (const { line, patientId } of some) answers.set(line, { patientId, isNew: true });
  }
}

async function orFaults<T>(work: () => Promise<T>): Promise<T | Faults> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return faultsOf(error);
    throw error;
  }
}

/** Every problem of a line, each with the field that it is about. */
function faultsOf({ code, message, details }: Refusal): Faults {
  const reasons = details.reasons ?? [{ code, message }];
  return {
    faults: reasons.map((reason) => ({
      field: reason.code.startsWith('NAME_') ? 'name' : 'idNumber',
      code: reason.code,
      message: reason.message,
    })),
  };
}
