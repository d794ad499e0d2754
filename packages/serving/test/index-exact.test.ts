import { indexConformance } from './index-conformance.ts';

indexConformance('exact');
