/**
 * The mappings of four common sources. `docs/guides/send-events.md` has the shapes with examples.
 *
 * - GA4: rows of the BigQuery export (support.google.com/analytics/answer/7029846), and bodies of the
 *   Measurement Protocol (developers.google.com/analytics/devguides/collection/protocol/ga4).
 * - Segment: `track` calls of the specification "V2 Ecommerce Events"
 *   (twilio.com/docs/segment/connections/spec/ecommerce/v2), alone or in a `batch`.
 * - Snowplow: enriched events as JSON, with the entities of the e-commerce plug-in
 *   (iglucentral.com, com.snowplowanalytics.snowplow.ecommerce).
 * - UBI: events of OpenSearch User Behavior Insights 1.3 (github.com/o19s/ubi), also as exported
 *   documents with `_id` and `_source`.
 */
import { errors } from '../errors.ts';
import type { MappingDescription } from './description.ts';
import { createMapping, type Mapping } from './mapping.ts';
import { flattenSnowplow } from './snowplow.ts';
import { unwrapUbi } from './ubi.ts';

export const MAPPED_SOURCES = ['ga4', 'segment', 'snowplow', 'ubi'] as const;
export type MappedSource = (typeof MAPPED_SOURCES)[number];

const ignored = (...names: string[]) => Object.fromEntries(names.map((name) => [name, null]));

const ga4: MappingDescription = {
  records: 'events',
  name: ['event_name', 'name'],
  types: {
    view_item_list: 'impression',
    select_item: 'click',
    view_item: 'view',
    add_to_wishlist: 'wishlist',
    add_to_cart: 'cart',
    remove_from_cart: 'remove_from_cart',
    begin_checkout: 'checkout',
    purchase: 'purchase',
    refund: 'refund',
    // `click` is a click on a link to another site.
    ...ignored('page_view', 'session_start', 'first_visit', 'first_open', 'user_engagement', 'scroll', 'click'),
    ...ignored('view_promotion', 'select_promotion', 'view_cart', 'add_shipping_info', 'add_payment_info'),
    ...ignored('search', 'view_search_results', 'login', 'sign_up', 'share', 'select_content', 'generate_lead'),
    ...ignored('file_download', 'form_start', 'form_submit', 'video_start', 'video_progress', 'video_complete'),
  },
  items: ['items', 'params.items'],
  item: 'item_id',
  position: ['item_list_index', 'index'],
  firstPosition: 0,
  user: ['user_id', 'user_pseudo_id', 'client_id', 'app_instance_id'],
  timestamp: ['event_timestamp', 'timestamp_micros'],
  session: ['event_params{ga_session_id}', 'params.session_id'],
  request: [
    'item_params{lorekeep_request}',
    'lorekeep_request',
    'event_params{lorekeep_request}',
    'params.lorekeep_request',
  ],
  surface: [
    'item_list_name',
    'item_list_id',
    'event_params{item_list_name}',
    'event_params{item_list_id}',
    'params.item_list_name',
    'params.item_list_id',
  ],
};

const segment: MappingDescription = {
  records: 'batch',
  name: ['event', 'type'],
  types: {
    'Product List Viewed': 'impression',
    'Product List Filtered': 'impression',
    'Product Clicked': 'click',
    'Product Viewed': 'view',
    'Product Added': 'cart',
    'Product Removed': 'remove_from_cart',
    'Product Added to Wishlist': 'wishlist',
    'Product Removed from Wishlist': 'remove_from_wishlist',
    'Wishlist Product Added to Cart': 'cart',
    'Product Shared': 'share',
    'Product Reviewed': 'review',
    'Checkout Started': 'checkout',
    'Order Completed': 'purchase',
    'Order Refunded': 'refund',
    'Order Cancelled': 'cancel',
    ...ignored('identify', 'page', 'screen', 'group', 'alias'),
    ...ignored('Products Searched', 'Promotion Viewed', 'Promotion Clicked', 'Cart Viewed', 'Cart Shared'),
    ...ignored('Checkout Step Viewed', 'Checkout Step Completed', 'Payment Info Entered', 'Order Updated'),
    ...ignored('Coupon Entered', 'Coupon Applied', 'Coupon Denied', 'Coupon Removed'),
  },
  items: ['properties.products', 'properties'],
  item: ['product_id', 'sku'],
  position: 'position',
  firstPosition: 1,
  user: ['userId', 'anonymousId'],
  timestamp: ['timestamp', 'originalTimestamp', 'receivedAt', 'sentAt'],
  id: 'messageId',
  session: ['context.sessionId', 'properties.session_id'],
  request: ['properties.lorekeep_request', 'context.lorekeep_request'],
  surface: ['properties.list_id', 'properties.category'],
  rating: 'properties.rating',
};

const SNOWPLOW = 'com_snowplowanalytics_snowplow_ecommerce';

const snowplow: MappingDescription = {
  name: [`unstruct_event_${SNOWPLOW}_snowplow_ecommerce_action_1*.type`, 'event_name', 'event'],
  types: {
    list_view: 'impression',
    list_click: 'click',
    product_view: 'view',
    add_to_cart: 'cart',
    remove_from_cart: 'remove_from_cart',
    transaction: 'purchase',
    refund: 'refund',
    ...ignored('promo_view', 'promo_click', 'checkout_step', 'trns_error'),
    ...ignored('page_view', 'page_ping', 'link_click', 'focus_form', 'change_form', 'submit_form', 'site_search'),
  },
  items: `contexts_${SNOWPLOW}_product_1*`,
  item: 'id',
  position: 'position',
  firstPosition: 1,
  user: ['user_id', 'domain_userid', 'network_userid'],
  timestamp: ['derived_tstamp', 'collector_tstamp'],
  id: 'event_id',
  session: 'domain_sessionid',
  request: 'contexts_*_lorekeep_list_1*.0.request',
  surface: `unstruct_event_${SNOWPLOW}_snowplow_ecommerce_action_1*.name`,
};

const ubi: MappingDescription = {
  name: 'action_name',
  types: {
    impression: 'impression',
    click: 'click',
    click_through: 'click',
    view: 'view',
    watch: 'view',
    add_to_cart: 'cart',
    purchase: 'purchase',
    ...ignored('query', 'search', 'on_search', 'login', 'logout'),
  },
  item: 'event_attributes.object.object_id',
  position: ['event_attributes.position.ordinal.index', 'event_attributes.position.ordinal'],
  firstPosition: 1,
  user: ['user_id', 'event_attributes.user_id', 'client_id'],
  timestamp: 'timestamp',
  id: '_id',
  session: ['session_id', 'event_attributes.session_id'],
  request: 'query_id',
  surface: 'application',
};

export const DESCRIPTIONS: Readonly<Record<MappedSource, MappingDescription>> = { ga4, segment, snowplow, ubi };

const PREPARE: Partial<Record<MappedSource, (line: Record<string, unknown>) => Record<string, unknown>>> = {
  snowplow: flattenSnowplow,
  ubi: unwrapUbi,
};

export const isSource = (name: string): name is MappedSource => (MAPPED_SOURCES as readonly string[]).includes(name);

/**
 * The mapping of a source.
 * @param changes replace parts of its description: `{ firstPosition: 0 }`
 * @throws LorekeepError `MAPPING_UNKNOWN`, `MAPPING_INVALID`
 * @example
 * const { events } = mappingOf('segment')(JSON.parse(line));
 */
export function mappingOf(source: string, changes: Partial<MappingDescription> = {}): Mapping {
  if (!isSource(source)) throw errors.MAPPING_UNKNOWN({ name: source, known: MAPPED_SOURCES });
  const description = { ...DESCRIPTIONS[source], ...changes };
  return createMapping(description, { prepare: PREPARE[source] });
}
