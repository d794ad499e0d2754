export { answerOf, type EndpointServer, json, type Misbehaviour, startEndpoint, vectorOf } from './endpoint-server.ts';
export { CONTENT_DIM, contentInfo, groupedLog, logOf } from './logs.ts';
export { configOf, grouped } from './options.ts';
export { makeEvents, makeItems, makeWalks, openShop, type Shop, TOPIC_NAMES, topicOf } from './shop.ts';
