import { disputes } from '../../src/resources/disputes/index.js';
import { describeConformance } from './conformance.js';

describeConformance(disputes);
