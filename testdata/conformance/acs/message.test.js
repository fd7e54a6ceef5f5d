// Messages: sending, reading, changing and deleting them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { acs, all, path, refused, version } from "./service.js";

test("sendMessage and getMessage", async () => {
  const user = await acs.user();
  const [thread] = await acs.thread(user);
  const before = Date.now();
  const { id } = await thread.sendMessage(
    { content: "hello" },
    { senderDisplayName: "Ada", type: "text", metadata: { hasAttachment: "true", empty: "" } },
  );
  assert.ok(Number(id) >= before && Number(id) <= Date.now() + 1, "an ID is the moment of arrival");
  const message = await thread.getMessage(id);
  assert.deepEqual(message, {
    id,
    type: "text",
    sequenceId: "3",
    version: id,
    content: { message: "hello", attachments: [] },
    senderDisplayName: "Ada",
    createdOn: new Date(Math.floor(Number(id) / 1000) * 1000),
    metadata: { hasAttachment: "true", empty: "" },
    sender: { kind: "communicationUser", communicationUserId: user.communicationUserId },
  });
});

test("sendMessage with content alone", async () => {
  const [thread] = await acs.thread(await acs.user());
  const { id } = await thread.sendMessage({ content: "Grüße 👩‍👩‍👧\n\u0000 end" });
  const message = await thread.getMessage(id);
  assert.equal(message.type, "text");
  assert.equal(message.content.message, "Grüße 👩‍👩‍👧\n\u0000 end");
  assert.equal(message.senderDisplayName, "");
  assert.equal(message.metadata, undefined);
});

test("html is sanitised", async () => {
  const [thread] = await acs.thread(await acs.user());
  const content = '<p onclick="steal()">hi <b>there</b></p><script>steal()</script><a href="javascript:steal()">x</a>';
  const { id } = await thread.sendMessage({ content }, { type: "html" });
  const message = await thread.getMessage(id);
  assert.equal(message.type, "html");
  assert.match(message.content.message, /<b>there<\/b>/);
  assert.doesNotMatch(message.content.message, /steal/);
  await thread.updateMessage(id, { content });
  assert.doesNotMatch((await thread.getMessage(id)).content.message, /steal/);
});

test("html in a text message stays as it is", async () => {
  const [thread] = await acs.thread(await acs.user());
  const { id } = await thread.sendMessage({ content: "<script>1 < 2</script>" });
  assert.equal((await thread.getMessage(id)).content.message, "<script>1 < 2</script>");
});

test("updateMessage changes content and merges metadata", async () => {
  const [thread] = await acs.thread(await acs.user());
  const { id } = await thread.sendMessage(
    { content: "first" },
    { senderDisplayName: "Ada", metadata: { a: "1", b: "2", c: "3" } },
  );
  const sent = await thread.getMessage(id);

  await thread.updateMessage(id, { content: "second" });
  const edited = await thread.getMessage(id);
  assert.equal(edited.content.message, "second");
  assert.deepEqual(edited.metadata, { a: "1", b: "2", c: "3" });
  assert.deepEqual(edited.createdOn, sent.createdOn);
  assert.deepEqual(edited.sender, sent.sender);
  assert.equal(edited.senderDisplayName, "Ada");
  assert.ok(edited.editedOn instanceof Date);
  assert.ok(Number(edited.version) > Number(id));
  assert.ok(Number(edited.sequenceId) > Number(sent.sequenceId));

  await thread.updateMessage(id, { metadata: { b: "two", c: "", d: "4" } });
  const merged = await thread.getMessage(id);
  assert.deepEqual(merged.metadata, { a: "1", b: "two", d: "4" }, "an empty value removes a key");
  assert.equal(merged.content.message, "second");
});

test("deleteMessage leaves a tombstone", async () => {
  const user = await acs.user();
  const [thread] = await acs.thread(user);
  const { id } = await thread.sendMessage({ content: "first" }, { senderDisplayName: "Ada" });
  await thread.updateMessage(id, { content: "second" });
  const edited = await thread.getMessage(id);
  await thread.deleteMessage(id);

  const tombstone = await thread.getMessage(id);
  assert.equal(tombstone.content.message, "");
  assert.equal(tombstone.editedOn, undefined);
  assert.ok(tombstone.deletedOn instanceof Date);
  assert.equal(tombstone.senderDisplayName, "Ada");
  assert.equal(tombstone.sender.communicationUserId, user.communicationUserId);
  assert.deepEqual(tombstone.createdOn, edited.createdOn);
  assert.ok(Number(tombstone.version) > Number(edited.version));
  assert.ok(Number(tombstone.sequenceId) > Number(edited.sequenceId));
  assert.deepEqual((await all(thread.listMessages())).map((m) => m.id)[0], id, "it is listed");
});

test("only the sender may change a message", async () => {
  const [mine, theirs] = await acs.thread(await acs.user(), await acs.user());
  const { id } = await mine.sendMessage({ content: "mine" });
  await refused(theirs.updateMessage(id, { content: "theirs" }), 403, { code: "Forbidden" });
  await refused(theirs.updateMessage(id, { metadata: { k: "v" } }), 403);
  await refused(theirs.deleteMessage(id), 403);
  const system = (await all(mine.listMessages())).find((m) => m.type === "topicUpdated");
  await refused(mine.updateMessage(system.id, { content: "x" }), 403);
  await refused(mine.deleteMessage(system.id), 403);
  assert.equal((await mine.getMessage(id)).content.message, "mine");
});

test("malformed and unknown messages", async () => {
  const [thread] = await acs.thread(await acs.user());
  const calls = [
    (id) => thread.getMessage(id),
    (id) => thread.updateMessage(id, { content: "x" }),
    (id) => thread.deleteMessage(id),
  ];
  for (const call of calls) {
    await refused(call("invalid_chat_message_id"), 400, {
      message: /^Value for MessageId \(invalid_chat_message_id\) is not valid\.$/,
    });
    await refused(call("1591137790240"), 404);
  }
});

test("a message of more than 28 KB is refused", async () => {
  const [thread] = await acs.thread(await acs.user());
  await thread.sendMessage({ content: "x".repeat(14 * 1024) });
  await refused(thread.sendMessage({ content: "x".repeat(28 * 1024 + 1) }), 400);
  await refused(thread.sendMessage({ content: "x" }, { metadata: { k: "x".repeat(28 * 1024) } }), 400);
  const { id } = await thread.sendMessage({ content: "x" });
  await refused(thread.updateMessage(id, { content: "x".repeat(28 * 1024 + 1) }), 400);
  assert.equal((await thread.getMessage(id)).content.message, "x");
});

test("a message of a type of the service's own is refused", async () => {
  const [thread] = await acs.thread(await acs.user());
  await refused(thread.sendMessage({ content: "x" }, { type: "topicUpdated" }), 400);
});

test("nothing can be backdated, and nobody impersonated", async () => {
  const [user, other] = [await acs.user(), await acs.user()];
  const { id: threadId, 0: thread } = await acs.thread(user, other);
  const { status, headers, text } = await acs.send("POST", `${path(threadId)}/messages?${version}`, {
    token: user.token,
    body: {
      content: "x",
      createdOn: "2020-01-01T00:00:00Z",
      id: "1577836800000",
      senderCommunicationIdentifier: { communicationUser: { id: other.communicationUserId } },
    },
  });
  assert.equal(status, 201);
  const { id, ...rest } = JSON.parse(text);
  assert.deepEqual(rest, {});
  assert.equal(headers.get("location"), `${acs.endpoint}/chat/threads/${threadId.replace(":", "%3A")}/messages/${id}`);
  const message = await thread.getMessage(id);
  assert.ok(Date.now() - message.createdOn.getTime() < 60_000);
  assert.equal(message.sender.communicationUserId, user.communicationUserId);
});

test("metadata values are strings", async () => {
  const user = await acs.user();
  const { id: threadId, 0: thread } = await acs.thread(user);
  const { id } = await thread.sendMessage({ content: "x" });
  for (const [method, target, body] of [
    ["POST", `${path(threadId)}/messages`, { content: "x" }],
    ["PATCH", `${path(threadId)}/messages/${id}`, {}],
    ["PATCH", path(threadId), {}],
    ["POST", "/chat/threads", { topic: "t" }],
  ]) {
    for (const value of [1, true, {}, ["x"]]) {
      const answer = await acs.send(method, `${target}?${version}`, {
        token: user.token,
        body: { ...body, metadata: { k: value } },
      });
      assert.equal(answer.status, 400, `${method} ${target} with ${JSON.stringify(value)}`);
    }
  }
});
