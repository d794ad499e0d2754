/** From an operation of the OpenAPI document to the types of its call. */
import type { operations } from './generated/schema.ts';

export type OperationName = keyof operations;

type Parameters<Name extends OperationName, Place extends 'path' | 'query'> = operations[Name] extends {
  parameters: Record<Place, infer Given>;
}
  ? { [Key in Place]: Given }
  : operations[Name] extends { parameters: Partial<Record<Place, infer Given>> }
    ? [Given] extends [undefined]
      ? unknown
      : { [Key in Place]?: Given }
    : unknown;

/** The body of a request: as JSON, or a text in another type, such as lines of JSON. */
export type Body<Name extends OperationName> = operations[Name] extends { requestBody: { content: infer Content } }
  ? Content[keyof Content]
  : never;

type ElementOf<List> = List extends readonly (infer Element)[] ? Element : never;

/** An event that the service takes. */
export type EventInput = ElementOf<Body<'appendEvents'>>;

/** An item that the service takes. */
export type ItemInput = ElementOf<Body<'upsertItems'>>;

/** What a call takes: `path`, `query` and `body`, as far as the operation has them. */
export type Input<Name extends OperationName> = Parameters<Name, 'path'> &
  Parameters<Name, 'query'> &
  ([Body<Name>] extends [never] ? unknown : { body: Body<Name> });

/** What a call resolves with. */
export type Answer<Name extends OperationName> = operations[Name] extends {
  responses: { 200: { content: infer Content } };
}
  ? Content extends { 'application/json': infer Given }
    ? Given
    : string
  : never;
