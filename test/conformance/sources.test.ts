import { sources } from '../../src/resources/sources/index.js';
import { describeConformance } from './conformance.js';

describeConformance(sources);
