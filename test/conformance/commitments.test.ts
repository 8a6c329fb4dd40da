import { commitments } from '../../src/resources/commitments/index.js';
import { describeConformance } from './conformance.js';

describeConformance(commitments);
