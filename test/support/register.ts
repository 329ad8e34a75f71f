import { checkResidentId } from '../../shared/privacy/resident-id.ts';

/** Invented people by the thousand, as a register lists them. */

const SURNAMES = [...'王李张刘陈杨黄赵周吴'];

/** A well-formed ID number of another person for each index below 28,000. */
export function numberOf(index: number): string {
  const [day, year] = [1 + (index % 28), 1950 + (Math.floor(index / 28) % 50)];
  const body = `410425${year}06${String(day).padStart(2, '0')}${101 + Math.floor(index / 1_400)}`;
  const found = [...'0123456789X'].find((check) => checkResidentId(body + check, '2026-03-02').ok);
  if (found === undefined) throw new Error('no such number');
  return body + found;
}

export function nameOf(index: number): string {
  return `${SURNAMES[index % 10]}小${SURNAMES[Math.floor(index / 10) % 10]}`;
}
