// What the tests share: the resources under test, their users, and refusals.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { ChatClient } from "@azure/communication-chat";
import { AzureCommunicationTokenCredential, parseConnectionString } from "@azure/communication-common";
import { CommunicationIdentityClient } from "@azure/communication-identity";

// A refusal must be seen as it comes: the SDKs repeat some of them by default.
const once = { retryOptions: { maxRetries: 0 } };

/** A Resource is one Communication Services resource, with the clients that reach it. */
export class Resource {
  constructor(connectionString) {
    this.connectionString = connectionString;
    this.endpoint = parseConnectionString(connectionString).endpoint.replace(/\/$/, "");
    this.identity = new CommunicationIdentityClient(connectionString, once);
  }

  /** user creates a user with a token of the given scopes, and a client that carries it. */
  async user(...scopes) {
    const { user, token } = await this.identity.createUserAndToken(scopes.length > 0 ? scopes : ["chat"]);
    return { ...user, token, chat: this.chat(token) };
  }

  /** chat is a client of Chat that carries token and repeats nothing, unless options say so. */
  chat(token, options = once) {
    return new ChatClient(this.endpoint, new AzureCommunicationTokenCredential(token), options);
  }

  /**
   * thread creates a thread of the users, the first being its creator, and returns each one's
   * client of it, in their order, and its ID.
   */
  async thread(...users) {
    const participants = users.map((id, i) => ({ id, displayName: `user ${i + 1}` }));
    const { chatThread } = await users[0].chat.createChatThread({ topic: "topic" }, { participants });
    const threads = users.map((user) => user.chat.getChatThreadClient(chatThread.id));
    return Object.assign(threads, { id: chatThread.id });
  }

  /** unknownUser is a well-formed user of the resource who was never created. */
  unknownUser(user) {
    return { communicationUserId: user.communicationUserId.replace(/_.*/, `_${randomUUID()}`) };
  }

  /** send sends what no SDK would: a plain request, without an api-version unless target has one. */
  async send(method, target, { token, body, headers } = {}) {
    const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const response = await fetch(this.endpoint + target, {
      method,
      body: typeof body === "object" ? JSON.stringify(body) : body,
      headers: { ...authorization, ...(body === undefined ? {} : { "Content-Type": type }), ...headers },
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}

/** acs is the resource under test. It enforces no rate limits. */
export const acs = required("ACS_CONNECTION_STRING");

/**
 * limited is another resource. It enforces the published rate limits, each window passing speed
 * times faster, and says in Retry-After how long to wait.
 */
export const limited = optional("ACS_LIMITED_CONNECTION_STRING");
export const speed = Number(process.env.ACS_LIMITS_SPEED ?? 1);
export const needsLimited = unless(limited, "ACS_LIMITED_CONNECTION_STRING");

/** shortLived is a resource whose tokens expire tokenLife milliseconds after they were issued. */
export const shortLived = optional("ACS_SHORT_LIVED_CONNECTION_STRING");
export const tokenLife = Number(process.env.ACS_TOKEN_LIFE_MS ?? 1000);
export const needsShortLived = unless(shortLived, "ACS_SHORT_LIVED_CONNECTION_STRING");

function optional(name) {
  const value = process.env[name];
  return value ? new Resource(value) : undefined;
}

function required(name) {
  const resource = optional(name);
  assert.ok(resource, `${name} is not set: see README.md`);
  return resource;
}

/** unless is the options of a test that is skipped without the resource. */
function unless(resource, name) {
  return { skip: resource ? false : `NOT TRIED: ${name} is not set` };
}

/** version is the api-version of Chat that the SDK sends. */
export const version = "api-version=2025-03-15";

/** path is the path of a thread in a plain request. */
export const path = (threadId) => `/chat/threads/${encodeURIComponent(threadId)}`;

/** all collects what an iterator of an SDK yields. */
export async function all(iterator) {
  const items = [];
  for await (const item of iterator) {
    items.push(item);
  }
  return items;
}

/** sleep waits so many milliseconds. */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * refused checks that a call of an SDK is refused with the status and, where they are given, the
 * code and the message. It returns the error.
 */
export async function refused(call, status, { code, message } = {}) {
  const outcome = await call.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  const { error } = outcome;
  assert.ok(error, `succeeded with ${JSON.stringify(outcome.value)}; want status ${status}`);
  assert.equal(error.statusCode, status, `${error.statusCode ?? "no status"} ${error.message}; want status ${status}`);
  const said = readError(error.response.bodyAsText);
  if (code !== undefined) {
    assert.equal(said.code, code);
  }
  if (message !== undefined) {
    assert.match(said.message ?? "", message);
  }
  return error;
}

/** readError reads a body in any of the three forms of errors seen on the wire; {} is an empty one. */
export function readError(body) {
  if (!body) {
    return {};
  }
  const { error, CommunicationError, Error } = JSON.parse(body);
  const pascal = CommunicationError ?? Error;
  return error ?? { code: pascal.Code, message: pascal.Message };
}
