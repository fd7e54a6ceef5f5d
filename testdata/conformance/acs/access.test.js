// Access to Chat: whose token, with which scope.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createCommunicationAccessKeyCredentialPolicy, parseConnectionString } from "@azure/communication-common";

import { acs, all, limited, needsLimited, path, refused, version } from "./service.js";

test("a token of another resource is refused", needsLimited, async () => {
  const stranger = await limited.user();
  await refused(all(acs.chat(stranger.token).listChatThreads()), 401, { code: "Unauthorized" });
});

test("a forged token is refused", async () => {
  const { token } = await acs.user("chat.join.limited");
  const [header, payload, signature] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  const forged = Buffer.from(JSON.stringify({ ...claims, acsScope: "chat" })).toString("base64url");
  await refused(all(acs.chat(`${header}.${forged}.${signature}`).listChatThreads()), 401, { code: "Unauthorized" });
});

test("a call without a token is refused, with an empty body", async () => {
  const { status, text } = await acs.send("GET", `/chat/threads?${version}`);
  assert.deepEqual([status, text], [401, ""]);
  assert.equal((await acs.send("GET", `/chat/threads?${version}`, { token: "no token" })).status, 401);
});

test("the access key opens Identity, not Chat", async () => {
  const policy = createCommunicationAccessKeyCredentialPolicy(parseConnectionString(acs.connectionString).credential);
  const request = { method: "GET", url: `${acs.endpoint}/chat/threads?${version}`, headers: new Headers() };
  const { status } = await policy.sendRequest(request, ({ url, headers }) => fetch(url, { headers }));
  assert.equal(status, 401);
});

test("what each scope permits", async () => {
  const owner = await acs.user();
  const extra = await acs.user();
  // What a scope permits, the ones before it permit too.
  const matrix = {
    chat: {
      createChatThread: ({ user }) => user.chat.createChatThread({ topic: "t" }),
      updateTopic: ({ thread }) => thread.updateTopic("t"),
      updateProperties: ({ thread }) => thread.updateProperties({ metadata: { k: "v" } }),
      deleteChatThread: ({ user, thread }) => user.chat.deleteChatThread(thread.threadId),
    },
    "chat.join": {
      addParticipants: ({ thread }) => thread.addParticipants({ participants: [{ id: extra }] }),
      removeParticipant: ({ thread }) => thread.removeParticipant(extra),
    },
    "chat.join.limited": {
      listChatThreads: ({ user }) => all(user.chat.listChatThreads()),
      getProperties: ({ thread }) => thread.getProperties(),
      listParticipants: ({ thread }) => all(thread.listParticipants()),
      sendMessage: ({ thread }) => thread.sendMessage({ content: "x" }),
      getMessage: ({ thread, id }) => thread.getMessage(id),
      listMessages: ({ thread }) => all(thread.listMessages()),
      updateMessage: ({ thread, id }) => thread.updateMessage(id, { content: "y" }),
      deleteMessage: ({ thread, id }) => thread.deleteMessage(id),
      sendReadReceipt: ({ thread, id }) => thread.sendReadReceipt({ chatMessageId: id }),
      listReadReceipts: ({ thread }) => all(thread.listReadReceipts()),
      sendTypingNotification: ({ thread }) => thread.sendTypingNotification(),
    },
    voip: {},
  };
  const scopes = Object.keys(matrix);
  for (const scope of scopes) {
    const user = await acs.user();
    const [, own] = await acs.thread(owner, user);
    const { id } = await own.sendMessage({ content: "x" });
    const chat = acs.chat((await acs.identity.getToken(user, [scope])).token);
    const subject = { user: { ...user, chat }, thread: chat.getChatThreadClient(own.threadId), id };
    // Deleting the thread comes last.
    for (const needed of scopes.toReversed()) {
      for (const [name, call] of Object.entries(matrix[needed])) {
        const outcome = call(subject);
        if (scopes.indexOf(scope) > scopes.indexOf(needed)) {
          await assert.doesNotReject(refused(outcome, 403, { code: "Forbidden" }), `${name} with ${scope}`);
        } else {
          await assert.doesNotReject(outcome, `${name} with ${scope}`);
        }
      }
    }
  }
});

test("the widest of several scopes counts", async () => {
  const { chat } = await acs.user("voip", "chat.join.limited", "chat");
  await chat.createChatThread({ topic: "t" });
});

test("a call needs an api-version that is known", async () => {
  const { token } = await acs.user();
  const { id } = await acs.thread(await acs.user());
  for (const target of ["/chat/threads", path(id), "/identities"]) {
    assert.equal((await acs.send("GET", target, { token })).status, target === "/identities" ? 404 : 400, target);
  }
  assert.equal((await acs.send("POST", "/identities")).status, 400);
  assert.equal((await acs.send("GET", "/chat/threads?api-version=1999-01-01", { token })).status, 400);
  const { status, headers } = await acs.send("GET", `/chat/threads?${version}`, { token });
  assert.equal(status, 200);
  assert.ok(headers.get("api-supported-versions").split(", ").includes("2025-03-15"));
  assert.ok(headers.get("ms-cv"));
});

test("a PATCH that is no merge-patch is refused", async () => {
  const user = await acs.user();
  const { id } = await acs.thread(user);
  const { status } = await acs.send("PATCH", `${path(id)}?${version}`, {
    token: user.token,
    body: { topic: "x" },
    headers: { "Content-Type": "application/json" },
  });
  assert.equal(status, 415);
});

test("a body that is no JSON is refused", async () => {
  const user = await acs.user();
  const { id } = await acs.thread(user);
  for (const body of ["{", "[]", '{"content":5}', "{}"]) {
    const { status } = await acs.send("POST", `${path(id)}/messages?${version}`, { token: user.token, body });
    assert.equal(status, 400, body);
  }
});
