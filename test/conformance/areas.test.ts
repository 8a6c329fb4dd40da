import { areas } from '../../src/resources/areas/index.js';
import { describeConformance } from './conformance.js';

describeConformance(areas);
