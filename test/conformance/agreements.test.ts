import { agreements } from '../../src/resources/agreements/index.js';
import { describeConformance } from './conformance.js';

describeConformance(agreements);
