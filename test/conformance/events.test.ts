import { events } from '../../src/resources/events/index.js';
import { describeConformance } from './conformance.js';

describeConformance(events);
