import { followupPolicy, questionnairePolicy } from '../../../functions/followup/policy.ts';
import { testBoundaries } from '../../support/policy-numbers.ts';
import { asking } from './numbers/asking.ts';
import { judging } from './numbers/judging.ts';
import { visiting } from './numbers/visiting.ts';
import { waiting } from './numbers/waiting.ts';

testBoundaries(followupPolicy, [...judging, ...visiting, ...waiting]);
testBoundaries(questionnairePolicy, asking);
