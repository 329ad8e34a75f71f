import { allow, institution, none, patient } from '../../shared/access/grants.ts';

/** Who may pass payment's doors. */
export const byPayer = allow('resident', patient());
export const atDesk = allow(['clerk', 'institution-administrator'], institution());
export const byAdministrator = allow('institution-administrator', institution());
/** Of an institution below it in the tree. */
export const byAuthorityAbove = allow('health-authority', institution());
/** Of a merchant, which has no place in the tree. */
export const byAuthority = allow('health-authority', none);
