export { assignArm, userPoint } from './assignment.ts';
export {
  type ArmComparison,
  type Decision,
  type DecisionAction,
  type DecisionOptions,
  decide,
  type GuardrailResult,
  guardrail,
} from './decision.ts';
export { chiSquareTail, normalQuantile, normalTail } from './distributions.ts';
export { errors as experimentsErrors } from './errors.ts';
export {
  type Estimate,
  estimateOffPolicy,
  type LoggedChoice,
  type OffPolicyOptions,
  type OffPolicyResult,
  type WeightFacts,
} from './off-policy.ts';
export { addUser, emptySums, type Ratio, type RatioSums, ratioOf } from './ratio.ts';
export { type SampleRatio, sampleRatio } from './sample-ratio.ts';
export { type Comparison, compareArms, type SequenceOptions, sequenceWidth } from './sequential.ts';
