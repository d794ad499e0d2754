export { MAP_ITEMS } from './item-map.ts';
export type {
  Ablation,
  DataAmount,
  FigureSource,
  Lift,
  LiftTable,
  RankingReportData,
  Reliability,
  UserGroups,
  VersionSkew,
} from './ranking/data.ts';
export { rankingReport } from './ranking/page.ts';
export { evaluationReport, type ReportedEvaluation } from './report.ts';
