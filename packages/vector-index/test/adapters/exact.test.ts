import { indexConformance } from '../../src/conformance/conformance.ts';

indexConformance('exact', { searchesWhileAdding: false });
