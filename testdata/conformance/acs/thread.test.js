// Threads: ChatClient, and the properties of ChatThreadClient.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { acs, all, path, refused, sleep, version } from "./service.js";

const threadId = /^19:[A-Za-z0-9_-]{43}1@thread\.v2$/;
const unknownThread = "19:00000000000000000000000000000000@thread.v2";

test("createChatThread with all options", async () => {
  const [creator, member] = [await acs.user(), await acs.user()];
  const before = Math.floor(Date.now() / 1000) * 1000;
  const { chatThread, invalidParticipants } = await creator.chat.createChatThread(
    { topic: "Support" },
    {
      participants: [{ id: member, displayName: "Bo", shareHistoryTime: new Date("2020-01-01T00:00:00Z") }],
      metadata: { ticket: "4711" },
      retentionPolicy: { kind: "threadCreationDate", deleteThreadAfterDays: 60 },
      idempotencyToken: randomUUID(),
    },
  );
  assert.equal(invalidParticipants, undefined);
  assert.match(chatThread.id, threadId);
  assert.equal(chatThread.topic, "Support");
  assert.ok(chatThread.createdOn.getTime() >= before && chatThread.createdOn.getTime() <= Date.now());
  assert.equal(chatThread.createdOn.getTime() % 1000, 0, "times are whole seconds");
  assert.deepEqual(chatThread.createdBy, {
    kind: "communicationUser",
    communicationUserId: creator.communicationUserId,
  });
  assert.deepEqual(chatThread.metadata, { ticket: "4711" });
  assert.deepEqual(chatThread.retentionPolicy, { kind: "threadCreationDate", deleteThreadAfterDays: 60 });
  const thread = creator.chat.getChatThreadClient(chatThread.id);
  assert.deepEqual(await thread.getProperties(), chatThread);
  const members = await all(thread.listParticipants());
  assert.deepEqual(
    new Map(members.map((m) => [m.id.communicationUserId, [m.displayName, m.shareHistoryTime.toISOString()]])),
    new Map([
      [creator.communicationUserId, [undefined, "1970-01-01T00:00:00.000Z"]],
      [member.communicationUserId, ["Bo", "2020-01-01T00:00:00.000Z"]],
    ]),
  );
});

test("createChatThread with a topic alone makes the creator a member", async () => {
  const user = await acs.user();
  const { chatThread } = await user.chat.createChatThread({ topic: "alone" });
  const members = await all(user.chat.getChatThreadClient(chatThread.id).listParticipants());
  assert.deepEqual(
    members.map((m) => m.id.communicationUserId),
    [user.communicationUserId],
  );
  assert.equal(chatThread.metadata, undefined);
});

test("the idempotency token names a creation", async () => {
  const user = await acs.user();
  const idempotencyToken = randomUUID();
  const create = (token) => user.chat.createChatThread({ topic: "once" }, { idempotencyToken: token });
  const first = await create(idempotencyToken);
  assert.deepEqual(await create(idempotencyToken), first);
  const other = await create(randomUUID());
  assert.notEqual(other.chatThread.id, first.chatThread.id);
  assert.notEqual((await create(undefined)).chatThread.id, first.chatThread.id, "the SDK makes a token of its own");
});

test("what createChatThread refuses", async () => {
  const user = await acs.user();
  const create = (options, topic = "topic") => user.chat.createChatThread({ topic }, options);
  await refused(create({}, ""), 400);
  await refused(create({ participants: [{ id: { communicationUserId: "8:acs:invalidUserId" } }] }), 400, {
    message: /^Identifier format is invalid \(8:acs:invalidUserId\)\.$/,
  });
  const crowd = Array.from({ length: 201 }, () => ({ id: acs.unknownUser(user) }));
  await refused(create({ participants: crowd }), 400);
  await refused(create({ metadata: { k: "x".repeat(1024) } }), 400);
  await refused(create({ participants: [{ id: user, metadata: { k: "x".repeat(1024) } }] }), 400);
  for (const deleteThreadAfterDays of [29, 91]) {
    await refused(create({ retentionPolicy: { kind: "threadCreationDate", deleteThreadAfterDays } }), 400);
  }
  await create({ metadata: { k: "x".repeat(1023) } });
});

test("updateTopic and updateProperties", async () => {
  const [thread] = await acs.thread(await acs.user());
  await thread.updateTopic("new topic");
  assert.equal((await thread.getProperties()).topic, "new topic");

  await thread.updateProperties({ metadata: { a: "1", b: "2" }, retentionPolicy: { kind: "none" } });
  await thread.updateProperties({ topic: "newer topic", metadata: { b: "3", c: "4" } });
  const properties = await thread.getProperties();
  assert.equal(properties.topic, "newer topic");
  assert.deepEqual(properties.metadata, { a: "1", b: "3", c: "4" }, "metadata is merged");
  assert.deepEqual(properties.retentionPolicy, { kind: "none" });

  const topics = (await all(thread.listMessages({ maxPageSize: 200 }))).filter((m) => m.type === "topicUpdated");
  assert.deepEqual(
    topics.map((m) => m.content.topic),
    ["newer topic", "new topic", "topic"],
    "metadata alone is silent",
  );

  await refused(thread.updateTopic(""), 400);
  await refused(thread.updateProperties({ metadata: { k: "x".repeat(1024) } }), 400);
  await refused(
    thread.updateProperties({ retentionPolicy: { kind: "threadCreationDate", deleteThreadAfterDays: 1 } }),
    400,
  );
});

test("listChatThreads shows the last active first, page by page", async () => {
  const [user, other] = [await acs.user(), await acs.user()];
  const threads = [];
  for (let i = 0; i < 5; i++) {
    threads.push(await acs.thread(user, other));
    await acs.thread(other);
  }
  const newestFirst = threads.map((thread) => thread.id).reverse();
  const items = await all(user.chat.listChatThreads());
  assert.deepEqual(
    items.map((t) => t.id),
    newestFirst,
  );
  assert.equal(items[0].topic, "topic");
  assert.ok(items[0].lastMessageReceivedOn instanceof Date);
  assert.equal(items[0].deletedOn, undefined);

  const pages = await all(user.chat.listChatThreads({ maxPageSize: 2 }).byPage());
  assert.deepEqual(
    pages.map((page) => page.map((t) => t.id)),
    [newestFirst.slice(0, 2), newestFirst.slice(2, 4), newestFirst.slice(4)],
  );

  await threads[0][1].sendMessage({ content: "awake" });
  const [first] = await all(user.chat.listChatThreads());
  assert.equal(first.id, threads[0].id);
});

test("listChatThreads with a startTime", async () => {
  const user = await acs.user();
  const [old] = [await acs.thread(user), await sleep(20)];
  const startTime = new Date();
  const young = await acs.thread(user);
  const ids = async (options) => (await all(user.chat.listChatThreads(options))).map((t) => t.id);
  assert.deepEqual(await ids({ startTime }), [young.id]);
  await old[0].sendMessage({ content: "awake" });
  assert.deepEqual(await ids({ startTime, maxPageSize: 1 }), [old.id, young.id], "over two pages");
});

test("deleteChatThread is final, and leaves a trace in lists", async () => {
  const [user, member] = [await acs.user(), await acs.user()];
  const kept = await acs.thread(user);
  const { id, 0: thread } = await acs.thread(user, member);
  await user.chat.deleteChatThread(id);

  const want = { message: /^The specified thread id was not found\.$/ };
  await refused(thread.getProperties(), 404, want);
  await refused(thread.sendMessage({ content: "x" }), 404, want);
  await refused(all(thread.listMessages()), 404, want);
  await refused(user.chat.deleteChatThread(id), 404, want);
  for (const chat of [user.chat, member.chat]) {
    const items = new Map((await all(chat.listChatThreads())).map((t) => [t.id, t.deletedOn]));
    assert.ok(items.get(id) instanceof Date);
    assert.equal(items.get(kept.id), undefined);
  }
});

test("unknown, malformed and foreign threads", async () => {
  const [user, stranger] = [await acs.user(), await acs.user()];
  const { id } = await acs.thread(user);
  const calls = {
    getProperties: (t) => t.getProperties(),
    updateTopic: (t) => t.updateTopic("x"),
    sendMessage: (t) => t.sendMessage({ content: "x" }),
    getMessage: (t) => t.getMessage("1591137790240"),
    listMessages: (t) => all(t.listMessages()),
    updateMessage: (t) => t.updateMessage("1591137790240", { content: "x" }),
    deleteMessage: (t) => t.deleteMessage("1591137790240"),
    addParticipants: (t) => t.addParticipants({ participants: [{ id: stranger }] }),
    listParticipants: (t) => all(t.listParticipants()),
    removeParticipant: (t) => t.removeParticipant(user),
    sendReadReceipt: (t) => t.sendReadReceipt({ chatMessageId: "1591137790240" }),
    listReadReceipts: (t) => all(t.listReadReceipts()),
    sendTypingNotification: (t) => t.sendTypingNotification(),
    deleteChatThread: (t) => stranger.chat.deleteChatThread(t.threadId),
  };
  const refusals = [
    [unknownThread, 404, { message: /^The specified thread id was not found\.$/ }],
    ["invalid_chat_thread_id", 400],
    [id, 403, { code: "Forbidden" }],
  ];
  for (const [name, call] of Object.entries(calls)) {
    for (const [threadId, ...want] of refusals) {
      const outcome = call(stranger.chat.getChatThreadClient(threadId));
      await assert.doesNotReject(refused(outcome, ...want), `${name} in ${threadId}`);
    }
  }
});

test("creation answers with a Location, its colon escaped", async () => {
  const { token } = await acs.user();
  const { status, headers, text } = await acs.send("POST", `/chat/threads?${version}`, { token, body: { topic: "t" } });
  assert.equal(status, 201);
  const id = JSON.parse(text).chatThread.id;
  assert.equal(headers.get("location"), `${acs.endpoint}/chat/threads/${id.replace(":", "%3A")}`);
  for (const form of [path(id), `/chat/threads/${id}`]) {
    assert.equal((await acs.send("GET", `${form}?${version}`, { token })).status, 200, form);
  }
});
