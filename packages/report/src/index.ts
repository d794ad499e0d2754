export { MAP_ITEMS } from './item-map.ts';
export { evaluationReport, type ReportedEvaluation } from './report.ts';
