// Read receipts and typing notifications.

import assert from "node:assert/strict";
import { test } from "node:test";

import { acs, all, path, refused, version } from "./service.js";

test("sendReadReceipt and listReadReceipts", async () => {
  const users = [await acs.user(), await acs.user()];
  const [mine, theirs] = await acs.thread(...users);
  const { id: first } = await mine.sendMessage({ content: "first" });
  const { id: second } = await mine.sendMessage({ content: "second" });
  await theirs.sendReadReceipt({ chatMessageId: first });
  await theirs.sendReadReceipt({ chatMessageId: second });
  await mine.sendReadReceipt({ chatMessageId: first });

  const receipts = await all(mine.listReadReceipts());
  assert.deepEqual(
    new Map(receipts.map((r) => [r.sender.communicationUserId, r.chatMessageId])),
    new Map([
      [users[0].communicationUserId, first],
      [users[1].communicationUserId, second],
    ]),
    "the latest message of each user",
  );
  for (const { readOn } of receipts) {
    assert.ok(Math.abs(Date.now() - readOn.getTime()) < 60_000, "the time is the server's");
  }
  const pages = await all(mine.listReadReceipts({ maxPageSize: 1 }).byPage());
  assert.deepEqual(
    pages,
    receipts.map((r) => [r]),
  );
  assert.deepEqual(await all(mine.listReadReceipts({ skip: 1 })), receipts.slice(1));

  await refused(mine.sendReadReceipt({ chatMessageId: "invalid_chat_message_id" }), 400);
});

test("above 20 members receipts are taken and never shown", async () => {
  const others = await Promise.all(Array.from({ length: 19 }, () => acs.identity.createUser()));
  const user = await acs.user();
  const [thread] = await acs.thread(user);
  await thread.addParticipants({ participants: others.map((id) => ({ id })) });
  const { id } = await thread.sendMessage({ content: "x" });
  await thread.sendReadReceipt({ chatMessageId: id });
  assert.equal((await all(thread.listReadReceipts())).length, 1, "with 20 members");

  await thread.addParticipants({ participants: [{ id: await acs.identity.createUser() }] });
  await thread.sendReadReceipt({ chatMessageId: id });
  assert.deepEqual(await all(thread.listReadReceipts()), [], "with 21 members");
});

test("sendTypingNotification leaves no trace", async () => {
  const [mine, theirs] = await acs.thread(await acs.user(), await acs.user());
  assert.equal(await mine.sendTypingNotification(), true);
  assert.equal(await mine.sendTypingNotification(), false, "the SDK holds a second one back");
  assert.equal(await theirs.sendTypingNotification({ senderDisplayName: "Bo" }), true);
  assert.equal((await all(mine.listMessages({ maxPageSize: 200 }))).length, 2);
});

test("receipts and typing are answered with an empty 200", async () => {
  const { token, ...user } = await acs.user();
  const { id, 0: thread } = await acs.thread({ ...user, token });
  const { id: chatMessageId } = await thread.sendMessage({ content: "x" });
  for (const [what, body] of [
    ["readReceipts", { chatMessageId }],
    ["typing", undefined],
    ["typing", { senderDisplayName: "Ada" }],
  ]) {
    const { status, headers, text } = await acs.send("POST", `${path(id)}/${what}?${version}`, { token, body });
    assert.deepEqual([status, headers.get("content-length"), text], [200, "0", ""], what);
  }
});
