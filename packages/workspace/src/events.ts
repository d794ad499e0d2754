/** What the events of a workspace mean: the stored types with their roles, and changes of the rules. */
import {
  type EventRole,
  type EventRules,
  type EventTypeCount,
  eventMeaning,
  type RatingRule,
  ratingRuleOf,
  recogniseRatings,
  type TypeMeaning,
} from '@lorekeep/store';
import type { WorkspaceState } from './state.ts';

/** Changes of the event rules. What is absent stays as it is. */
export interface EventRulesChange {
  preset?: EventRules['preset'];
  /** By type. */
  roles?: Record<string, EventRole>;
  /** By type. */
  weights?: Record<string, number>;
  /** `'auto'`: by the recognised scale. */
  ratings?: RatingRule | 'none' | 'auto';
}

/** What the stored events are, and what they mean. */
export interface EventSummary {
  /** Types with events, the most frequent first. */
  types: (EventTypeCount & TypeMeaning)[];
  ratings: {
    /** Absent if ratings are not used. */
    rule?: RatingRule;
    /** `'scale'`: the rule was recognised; `'rule'`: it was given; `'none'`: ratings are not used. */
    from: 'scale' | 'rule' | 'none';
    /** The recognised scale, for people. */
    scale?: string;
    /** Distinct values with their events, at most 1,000. */
    values: { rating: number; events: number }[];
  };
  rules: EventRules;
}

export async function eventSummary({ store }: WorkspaceState): Promise<EventSummary> {
  const rules = await store.eventRules();
  const rule = ratingRuleOf(rules);
  const scale = rules.recognised?.scale;
  return {
    types: (await store.eventTypes()).map((counted) => ({ ...counted, ...eventMeaning(counted.type, rules) })),
    ratings: {
      ...(rule === undefined ? {} : { rule }),
      from: rule === undefined ? 'none' : rules.ratings === undefined ? 'scale' : 'rule',
      ...(scale === undefined ? {} : { scale }),
      values: await store.ratingCounts(),
    },
    rules,
  };
}

export async function changeEventRules(state: WorkspaceState, change: EventRulesChange): Promise<EventSummary> {
  const { store } = state;
  const before = await store.eventRules();
  const rules = changedEventRules(before, change);
  if (JSON.stringify(rules) !== JSON.stringify(before)) await store.setEventRules(rules);
  await recogniseRatings(store);
  return eventSummary(state);
}

/** The rules after a change. */
export function changedEventRules(
  rules: EventRules,
  { preset, roles = {}, weights = {}, ratings }: EventRulesChange,
): EventRules {
  const types = { ...rules.types };
  for (const [type, role] of Object.entries(roles)) types[type] = { ...types[type], role };
  for (const [type, weight] of Object.entries(weights)) types[type] = { ...types[type], weight };
  const { ratings: before, ...others } = rules;
  const rated = ratings ?? before;
  return {
    ...others,
    ...(preset === undefined ? {} : { preset }),
    ...(Object.keys(types).length === 0 ? {} : { types }),
    ...(rated === undefined || rated === 'auto' ? {} : { ratings: rated }),
  };
}
