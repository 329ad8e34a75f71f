/** Where the machine of signing may be told that a signing stands. */

export const ID = { patientId: 'pat1', signingId: 'sgn1' };

export function place(at: string): { patientId: string; signingId: string; at: string; seconds: number } {
  return { ...ID, at, seconds: 3600 };
}
