/** Levels of institutions, from the authority of a city down to a village's clinic. */
export const INSTITUTION_LEVELS = [
  'authority',
  'tertiary',
  'secondary',
  'community',
  'township',
  'village',
] as const;

export type InstitutionLevel = (typeof INSTITUTION_LEVELS)[number];

/** A town's health centre and a community's stand on one step. */
const STEP: Readonly<Record<InstitutionLevel, number>> = {
  authority: 4,
  tertiary: 3,
  secondary: 2,
  community: 1,
  township: 1,
  village: 0,
};

/** 0 village … 4 authority. */
export function stepOf(level: InstitutionLevel): number {
  return STEP[level];
}
