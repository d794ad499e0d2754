/**
 * Lines in the shape that each source documents. Names and values are made up; the keys are those of
 * the BigQuery export schema, the Measurement Protocol, Segment's "V2 Ecommerce Events", Snowplow's
 * e-commerce schemas with the output of its analytics SDKs, and UBI 1.3.
 */

/** The BigQuery export as JSON: integers are strings there. */
export const GA4_ROW = {
  event_date: '20231115',
  event_timestamp: '1700031197000007',
  event_name: 'view_item_list',
  event_params: [
    {
      key: 'ga_session_id',
      value: { string_value: null, int_value: '1700031100', float_value: null, double_value: null },
    },
    { key: 'page_location', value: { string_value: 'https://shop.example/lamps' } },
    { key: 'lorekeep_request', value: { string_value: 'req-1' } },
  ],
  event_bundle_sequence_id: '42',
  user_id: null,
  user_pseudo_id: '1594921812.1700000001',
  device: { category: 'mobile' },
  ecommerce: { total_item_quantity: null, transaction_id: '(not set)' },
  items: [
    {
      item_id: '0001',
      item_name: 'Oak Lamp',
      price: 19.5,
      quantity: null,
      item_list_id: '(not set)',
      item_list_name: 'Home',
      item_list_index: '0',
    },
    {
      item_id: '0007',
      item_name: 'Tent',
      price: 99,
      quantity: null,
      item_list_id: '(not set)',
      item_list_name: 'Home',
      item_list_index: '1',
    },
  ],
};

export const GA4_MEASUREMENT = {
  client_id: '123456.7654321',
  user_id: 'ann',
  timestamp_micros: 1700031200000000,
  non_personalized_ads: false,
  events: [
    {
      name: 'select_item',
      params: {
        session_id: '123',
        engagement_time_msec: 100,
        item_list_name: 'Related products',
        lorekeep_request: 'req-2',
        items: [{ item_id: 'SKU_12345', item_name: 'Lamp', index: 3, price: 10.01, quantity: 1 }],
      },
    },
    {
      name: 'purchase',
      params: {
        currency: 'USD',
        transaction_id: 'T_12345',
        value: 72.05,
        items: [
          { item_id: 'SKU_12345', price: 10.01, quantity: 3 },
          { item_id: 'SKU_12346', price: 21.01, quantity: 2 },
        ],
      },
    },
    { name: 'page_view', params: {} },
    { name: 'spin_the_wheel', params: {} },
  ],
};

export const SEGMENT_LIST = {
  type: 'track',
  event: 'Product List Viewed',
  messageId: 'ajs-5e1f',
  anonymousId: '507f191e810c19729de860ea',
  userId: null,
  originalTimestamp: '2023-11-15T08:00:00.000Z',
  timestamp: '2023-11-15T08:00:01.250Z',
  context: { library: { name: 'analytics.js' }, sessionId: 1700031100 },
  properties: {
    list_id: 'hot_deals_1',
    category: 'Deals',
    lorekeep_request: 'req-3',
    products: [
      { product_id: '507f1f77bcf86cd799439011', sku: '45790-32', name: 'Monopoly', price: 19, position: 1 },
      { product_id: '505bd76785ebb509fc183733', sku: '46493-32', name: 'Uno', price: 3, position: 2 },
    ],
  },
};

export const SEGMENT_CLICK = {
  type: 'track',
  event: 'Product Clicked',
  messageId: 'ajs-5e20',
  userId: '019mr8mf4r',
  timestamp: '2023-11-15T08:00:05.000Z',
  properties: { product_id: '507f1f77bcf86cd799439011', sku: '45790-32', position: 3, lorekeep_request: 'req-3' },
};

const ECOMMERCE = 'com.snowplowanalytics.snowplow.ecommerce';

/** As the analytics SDKs write an enriched event. */
export const SNOWPLOW_SDK = {
  app_id: 'shop',
  platform: 'web',
  collector_tstamp: '2023-11-15T08:00:02.100Z',
  derived_tstamp: '2023-11-15T08:00:01.900Z',
  event: 'unstruct',
  event_name: 'snowplow_ecommerce_action',
  event_id: 'f9a58d5d-cd13-4bfe-b9b2-5136ce1cb9fa',
  user_id: null,
  domain_userid: 'd-17',
  domain_sessionid: 's-4',
  unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_action_1: {
    type: 'list_view',
    name: 'shop the look',
  },
  contexts_com_snowplowanalytics_snowplow_ecommerce_product_1: [
    { id: 'P123', name: 'Red', category: 'Shoes', price: 100, currency: 'USD', position: 1 },
    { id: 'P124', name: 'Blue', category: 'Shoes', price: 119, currency: 'USD', position: 2 },
  ],
  contexts_com_shop_lorekeep_list_1: [{ request: 'req-4' }],
};

/** The same as self-describing JSON. */
export const SNOWPLOW_RAW = {
  event: 'unstruct',
  event_id: '0d9c-1',
  user_id: 'bo',
  collector_tstamp: '2023-11-15 08:00:02.100',
  unstruct_event: {
    schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
    data: { schema: `iglu:${ECOMMERCE}/snowplow_ecommerce_action/jsonschema/1-0-2`, data: { type: 'transaction' } },
  },
  contexts: {
    schema: 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0',
    data: [
      {
        schema: `iglu:${ECOMMERCE}/product/jsonschema/1-0-0`,
        data: { id: 'P124', category: 'Shoes', price: 119, currency: 'USD', quantity: 2 },
      },
      {
        schema: `iglu:${ECOMMERCE}/transaction/jsonschema/1-0-0`,
        data: { transaction_id: 'T1', revenue: 238, currency: 'USD' },
      },
    ],
  },
};

export const UBI_CLICK = {
  application: 'primary-search',
  action_name: 'click',
  query_id: '00112233-4455-6677-8899-aabbccddeeff',
  session_id: '84266fdbd31d4c2c6d0665f7e8380fa3',
  client_id: '5e3b2a1c-8b7d-4f2e-a3d4-c9b2e1f3a4b5',
  timestamp: '2018-11-13T20:20:39+00:00',
  message_type: 'CONVERSION',
  message: null,
  event_attributes: {
    object: { object_id: 'ISBN 0-061-96436-0', object_id_field: 'isbn', description: 'A book' },
    position: { ordinal: 3 },
  },
};

export const UBI_QUERY = {
  timestamp: '2018-11-13T20:20:30Z',
  query_id: '00112233-4455-6677-8899-aabbccddeeff',
  client_id: '5e3b2a1c-8b7d-4f2e-a3d4-c9b2e1f3a4b5',
  user_query: 'lamp',
  query_response_id: 'r1',
  query_response_hit_ids: ['1', '2'],
};
