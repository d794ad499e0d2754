export { CONTENT_DIM, contentInfo, groupedLog, logOf } from './logs.ts';
export { configOf, grouped } from './options.ts';
export { makeEvents, makeItems, makeWalks, openShop, type Shop, TOPIC_NAMES, topicOf } from './shop.ts';
