import { z } from "zod";
import { API_PATH, KEY_HEADER } from "../api/web";
import { type Example, exampleOf } from "./example";
import { resources } from "./resources";
import type { Call, Resource } from "./types";

type Json = Record<string, unknown>;

const json = (schema: Json, example?: Example) => ({
  "application/json": { schema, ...(example?.request === undefined ? {} : { example: example.request }) },
});
const hal = (schema: Json, example?: Example) => ({
  "application/hal+json": { schema, ...(example ? { example: example.response } : {}) },
});
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** The JSON Schema of what a schema takes. @throws never: what JSON Schema cannot say is left open */
export function schemaOf(body: z.ZodType): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(body, { io: "input", unrepresentable: "any" });
  return schema;
}

/** The OpenAPI 3.1 description of the API, from the schemas that validate its bodies. */
export function openApi(origin: string): Json {
  const paths: Record<string, Json> = {};
  for (const resource of resources)
    for (const call of resource.calls) {
      const path = paths[call.path] ?? {};
      path[call.method.toLowerCase()] = operationOf(resource, call);
      paths[call.path] = path;
    }
  return {
    openapi: "3.1.0",
    info: {
      title: "Groundswell API",
      version: "2.0.0",
      description: `OSDI over HAL, as Action Network's API v2 speaks it: a client written for that works here with another base URL. Send the key of your group in \`${KEY_HEADER}\`. A key has four requests a second. Quick starts and a page for each resource: ${origin}/docs/v2`,
    },
    servers: [{ url: `${origin}${API_PATH}` }],
    security: [{ key: [] }],
    tags: resources.map(({ title, about }) => ({ name: title, description: about[0] ?? "" })),
    paths,
    components: {
      securitySchemes: { key: { type: "apiKey", in: "header", name: KEY_HEADER } },
      schemas: { Resource: resourceSchema, Collection: collectionSchema, Error: errorSchema },
    },
  };
}

function operationOf({ title, name }: Resource, call: Call): Json {
  const { method, path, summary, body, isList = false, isBlind = false } = call;
  const example = exampleOf(`${method} ${path}`);
  const taken = body ? schemaOf(body) : { type: "object" };
  return {
    ...{ summary, tags: [title], operationId: `${method.toLowerCase()}${path.replace(/[/{}]+/g, "_")}` },
    externalDocs: { url: `/docs/v2/${name}` },
    parameters: parametersOf(call),
    ...(method === "GET" || method === "DELETE" ? {} : { requestBody: { content: json(taken, example) } }),
    ...(isBlind ? { security: [{ key: [] }, {}] } : {}),
    responses: {
      200: { description: "Done", content: hal(ref(isList ? "Collection" : "Resource"), example) },
      ...Object.fromEntries(
        Object.entries(problems).map(([status, description]) => [
          status,
          { description, content: json(ref("Error")) },
        ]),
      ),
    },
  };
}

const problems = {
  400: "Something in the request is wrong; the error names it",
  403: "The key is missing, not valid, or may only read",
  404: "The group has nothing with this id",
  429: "More than four requests in a second; try again after Retry-After",
};

function parametersOf({ path, isList, filters = [], isDeferrable }: Call): Json[] {
  const query = (name: string, schema: Json, description: string) => ({
    name,
    in: "query",
    schema,
    description,
  });
  const ids = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: "path", required: true, schema: { type: "string", format: "uuid" } },
  }));
  const listed = isList
    ? [
        query(
          "page",
          { type: "integer", minimum: 1, default: 1 },
          "Follow the link `next` rather than counting.",
        ),
        query("per_page", { type: "integer", minimum: 1, maximum: 25, default: 25 }, "Items on a page."),
      ]
    : [];
  const filter = `Such as \`${filters[0]} eq 'value'\`. Fields: ${filters.join(", ")}. Operators: eq, ne, gt, ge, lt, le; join with and, or.`;
  return [
    ...ids,
    ...listed,
    ...(filters.length > 0 ? [query("filter", { type: "string" }, filter)] : []),
    ...(isDeferrable
      ? [query("background_request", { type: "boolean" }, "Answers `{}` at once and works later.")]
      : []),
  ];
}

const link = { type: "object", properties: { href: { type: "string", format: "uri" } } };
const resourceSchema = {
  type: "object",
  properties: {
    identifiers: {
      type: "array",
      items: { type: "string" },
      description: "Its own id first, `action_network:` before it; then other systems' names of it.",
    },
    created_date: { type: "string", format: "date-time" },
    modified_date: { type: "string", format: "date-time" },
    _links: { type: "object", properties: { self: link }, additionalProperties: true },
  },
  additionalProperties: true,
};
const collectionSchema = {
  type: "object",
  required: ["per_page", "page", "_links", "_embedded"],
  properties: {
    total_pages: { type: "integer", description: "Not of people and of items of lists." },
    per_page: { type: "integer" },
    page: { type: "integer" },
    total_records: { type: "integer", description: "Not of people and of items of lists." },
    _links: {
      type: "object",
      properties: { self: link, next: link, previous: link },
      additionalProperties: true,
    },
    _embedded: {
      type: "object",
      description: "One key, with the items of this page.",
      additionalProperties: { type: "array", items: ref("Resource") },
    },
  },
};
const errorSchema = { type: "object", required: ["error"], properties: { error: { type: "string" } } };
