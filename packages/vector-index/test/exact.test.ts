import { indexConformance } from '../src/conformance.ts';

indexConformance('exact');
