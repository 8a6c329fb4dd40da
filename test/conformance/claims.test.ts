import { claims } from '../../src/resources/claims/index.js';
import { describeConformance } from './conformance.js';

describeConformance(claims);
