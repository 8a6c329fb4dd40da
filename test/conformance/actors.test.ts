import { actors } from '../../src/resources/actors/index.js';
import { describeConformance } from './conformance.js';

describeConformance(actors);
