/**
 * The default role of every common event name: of GA4, Segment and Snowplow, Shopify, Meta,
 * schema.org, and the public data sets. `docs/reference/events.md` shows the table.
 *
 * Names are compared without case and separators, so one entry stands for `add_to_cart`,
 * `Add To Cart` and `addToCart`. Every positive event has the weight 1, as in published
 * protocols; other weights have not been measured.
 */

/** What an event says about the user and the item. */
export type EventRole = 'positive' | 'passive' | 'negative' | 'ignored';

/** All roles. */
export const EVENT_ROLES: readonly EventRole[] = ['positive', 'passive', 'negative', 'ignored'];

/** Names of event types that have one role. */
export interface DefaultGroup {
  role: EventRole;
  /** What the events of the group have in common. */
  about: string;
  names: readonly string[];
}

/** The role of each known name of an event type. */
export const DEFAULT_ROLES: readonly DefaultGroup[] = [
  {
    role: 'positive',
    about: 'The user looked at the item',
    names: [
      'view',
      'views',
      'viewed',
      'pv',
      'page_view',
      'visit',
      'click',
      'clicked',
      'is_click',
      'detail',
      'open',
      'view_item',
      'select_item',
      'select_content',
      'item_view',
      'product_view',
      'product_detail',
      'Product Viewed',
      'Product Clicked',
      'ViewContent',
      'ViewAction',
      'profile_enter',
      'is_profile_enter',
    ],
  },
  {
    role: 'positive',
    about: 'The user consumed the item',
    names: [
      'read',
      'watch',
      'play',
      'listen',
      'stream',
      'download',
      'finish',
      'complete',
      'long_view',
      'is_long_view',
      'ConsumeAction',
      'WatchAction',
      'ListenAction',
      'ReadAction',
      'PlayAction',
      'DownloadAction',
      'UseAction',
    ],
  },
  {
    role: 'positive',
    about: 'The user put the item into a cart or on a list, or began to pay',
    names: [
      'cart',
      'basket',
      'add_to_cart',
      'add_to_basket',
      'add_to_bag',
      'cart_add',
      'Product Added',
      'product_added_to_cart',
      'AddAction',
      'begin_checkout',
      'checkout',
      'Checkout Started',
      'InitiateCheckout',
      'wishlist',
      'add_to_wishlist',
      'add_to_list',
      'Product Added to Wishlist',
      'Wishlist Product Added to Cart',
      'WantAction',
      'save',
      'saved',
      'bookmark',
      'BookmarkAction',
    ],
  },
  {
    role: 'positive',
    about: 'The user likes the item or wrote about it',
    names: [
      'like',
      'liked',
      'is_like',
      'love',
      'upvote',
      'thumbs_up',
      'star',
      'fav',
      'favorite',
      'favourite',
      'follow',
      'is_follow',
      'share',
      'forward',
      'is_forward',
      'comment',
      'is_comment',
      'review',
      'rating',
      'rate',
      'rated',
      'Product Shared',
      'Product Reviewed',
      'LikeAction',
      'EndorseAction',
      'AgreeAction',
      'FollowAction',
      'ShareAction',
      'CommentAction',
      'ReviewAction',
      'RateAction',
    ],
  },
  {
    role: 'positive',
    about: 'The user took the item',
    names: [
      'purchase',
      'purchased',
      'buy',
      'bought',
      'order',
      'ordered',
      'transaction',
      'sale',
      'ecommerce_purchase',
      'conversion',
      'Order Completed',
      'Checkout Completed',
      'Product Purchased',
      'BuyAction',
      'OrderAction',
      'RentAction',
      'ReserveAction',
      'BorrowAction',
      'SubscribeAction',
      'rent',
      'borrow',
      'borrowed',
      'loan',
      'booking',
      'reserve',
      'reservation',
      'subscribe',
      'interaction',
    ],
  },
  {
    role: 'passive',
    about: 'The item was shown',
    names: [
      'impression',
      'impressions',
      'exposure',
      'exposed',
      'shown',
      'displayed',
      'view_item_list',
      'view_promotion',
      'view_search_results',
      'Product List Viewed',
      'Product List Filtered',
      'Promotion Viewed',
      'collection_viewed',
    ],
  },
  {
    role: 'negative',
    about: 'The user does not want the item',
    names: [
      'dislike',
      'disliked',
      'is_dislike',
      'hate',
      'is_hate',
      'downvote',
      'thumbs_down',
      'not_interested',
      'dismiss',
      'hide',
      'block',
      'report',
      'is_report',
      'reject',
      'unlike',
      'unfollow',
      'unfavorite',
      'unsubscribe',
      'DislikeAction',
      'DisagreeAction',
      'RejectAction',
    ],
  },
  {
    role: 'negative',
    about: 'The user took the item back',
    names: [
      'remove_from_cart',
      'remove_from_basket',
      'remove_from_wishlist',
      'cart_remove',
      'Product Removed',
      'product_removed_from_cart',
      'Product Removed from Wishlist',
      'DeleteAction',
      'return',
      'returned',
      'refund',
      'refunded',
      'Order Refunded',
      'cancel',
      'cancelled',
      'canceled',
      'Order Cancelled',
      'Order Canceled',
      'ReturnAction',
      'CancelAction',
    ],
  },
  {
    role: 'ignored',
    about: 'The event says nothing about a single item',
    names: [
      'view_cart',
      'Cart Viewed',
      'add_shipping_info',
      'add_payment_info',
      'Payment Info Entered',
      'payment_info_submitted',
      'search',
      'Products Searched',
      'search_submitted',
      'SearchAction',
      'session_start',
      'first_visit',
      'user_engagement',
      'scroll',
      'login',
      'sign_up',
      'skip',
      'is_skip',
    ],
  },
];

/** A name without case and separators, and without the address in front of a schema.org name. */
export function comparableName(name: string): string {
  return name
    .replace(/^https?:\/\/.*[/#]/i, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

const ROLE_BY_NAME: ReadonlyMap<string, EventRole> = new Map(
  DEFAULT_ROLES.flatMap(({ role, names }) => names.map((name): [string, EventRole] => [comparableName(name), role])),
);

/** `undefined` for a name that the table does not have. */
export const defaultRoleOf = (name: string): EventRole | undefined => ROLE_BY_NAME.get(comparableName(name));

/** The names of the table that are passive, as they stand there. */
export const PASSIVE_EVENT_TYPES: readonly string[] = DEFAULT_ROLES.flatMap(({ role, names }) =>
  role === 'passive' ? names : [],
);
