import type { Verification } from './contracts.ts';

/** The city's way to ask whether name and number belong together. Each city's authority has an interface of its own. */
export interface ResidentVerifier {
  verify(person: { readonly name: string; readonly idNumber: string }): Promise<VerifierAnswer>;
}

export type VerifierAnswer =
  | { readonly answer: 'match'; readonly level: Verification }
  | { readonly answer: 'mismatch' }
  /** Nobody answered: the person is told to try again, and the attempt counts all the same. */
  | { readonly answer: 'unavailable' };

/** Where no authority is connected: name and number are well-formed, and the record says that this is all we know. */
export const formatVerifier: ResidentVerifier = {
  verify: () => Promise.resolve({ answer: 'match', level: 'format' }),
};
