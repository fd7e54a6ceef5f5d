// History: the order of messages, their numbers, system messages and pages.

import assert from "node:assert/strict";
import { test } from "node:test";

import { acs, all, sleep } from "./service.js";

const numbers = (messages) => messages.map((m) => [m.type, m.sequenceId]);
const history = (thread) => all(thread.listMessages({ maxPageSize: 200 }));

test("system messages and the numbers they take", async () => {
  const [user, member, added] = [await acs.user(), await acs.user(), await acs.user()];
  const [thread] = await acs.thread(user, member);
  await thread.sendMessage({ content: "x" });
  await thread.addParticipants({ participants: [{ id: added, displayName: "Bo" }] });
  await thread.removeParticipant(added);
  await thread.updateTopic("new topic");

  const messages = await history(thread);
  assert.deepEqual(numbers(messages), [
    ["topicUpdated", "6"],
    ["participantRemoved", "5"],
    ["participantAdded", "4"],
    ["text", "3"],
    ["topicUpdated", "2"],
    ["participantAdded", "1"],
  ]);
  for (const message of messages.filter((m) => m.type !== "text")) {
    assert.equal(message.sender, undefined);
    assert.equal(message.senderDisplayName, undefined);
    assert.deepEqual(message.content.initiator, {
      kind: "communicationUser",
      communicationUserId: user.communicationUserId,
    });
  }
  const everything = "1970-01-01T00:00:00.000Z";
  const who = (m) =>
    m.content.participants.map((p) => [p.id.communicationUserId, p.displayName, p.shareHistoryTime.toISOString()]);
  assert.deepEqual(who(messages[5]), [
    [user.communicationUserId, "user 1", everything],
    [member.communicationUserId, "user 2", everything],
  ]);
  assert.equal(messages[4].content.topic, "topic");
  assert.deepEqual(who(messages[2]), [[added.communicationUserId, "Bo", everything]]);
  assert.deepEqual(who(messages[1]), [[added.communicationUserId, "Bo", everything]]);
  assert.equal(messages[0].content.topic, "new topic");
});

test("lists are ordered by last change, and changes take new numbers", async () => {
  const [thread] = await acs.thread(await acs.user());
  const ids = [];
  for (const content of ["a", "b", "c", "d"]) {
    ids.push((await thread.sendMessage({ content })).id);
  }
  const [a, b, c, d] = ids;
  await thread.updateMessage(a, { content: "a, edited" });
  await thread.deleteMessage(c);

  const texts = (await history(thread)).filter((m) => m.type === "text");
  assert.deepEqual(
    texts.map((m) => [m.id, m.sequenceId]),
    [
      [c, "8"],
      [a, "7"],
      [d, "6"],
      [b, "4"],
    ],
  );
  const versions = texts.map((m) => Number(m.version));
  assert.deepEqual(
    versions,
    versions.toSorted((x, y) => y - x),
  );
  assert.deepEqual(
    texts.slice(2).map((m) => m.version),
    [d, b],
    "an unchanged message's version is its ID",
  );
});

test("IDs are unique and increase, even when many send at once", async () => {
  const [thread] = await acs.thread(await acs.user());
  const sent = await Promise.all(Array.from({ length: 50 }, (_, i) => thread.sendMessage({ content: `${i}` })));
  const ids = sent.map((m) => m.id);
  assert.equal(new Set(ids).size, 50);
  const listed = (await history(thread)).filter((m) => m.type === "text");
  assert.deepEqual(
    listed.map((m) => m.id),
    ids.toSorted((x, y) => y - x),
  );
  assert.deepEqual(
    listed.map((m) => Number(m.sequenceId)),
    Array.from({ length: 50 }, (_, i) => 52 - i),
  );
});

test("pages of messages", async () => {
  const [thread] = await acs.thread(await acs.user());
  for (let i = 0; i < 11; i++) {
    await thread.sendMessage({ content: `${i}` });
  }
  const ids = (await history(thread)).map((m) => m.id);
  const sizes = async (options) => (await all(thread.listMessages(options).byPage())).map((page) => page.length);
  assert.deepEqual(await sizes({ maxPageSize: 5 }), [5, 5, 3]);
  assert.deepEqual(await sizes({}), [10, 3], "ten without a size");
  assert.deepEqual(await sizes({ maxPageSize: 1000 }), [13], "200 at most");
  assert.deepEqual(
    (await all(thread.listMessages({ maxPageSize: 2 }))).map((m) => m.id),
    ids,
  );

  const [first] = await all(thread.listMessages({ maxPageSize: 4 }).byPage());
  assert.deepEqual(
    first.map((m) => m.id),
    ids.slice(0, 4),
  );
});

test("a page goes on where the last one ended, whatever happens meanwhile", async () => {
  const [thread] = await acs.thread(await acs.user());
  const ids = [];
  for (let i = 0; i < 6; i++) {
    ids.push((await thread.sendMessage({ content: `${i}` })).id);
  }
  const pages = thread.listMessages({ maxPageSize: 3 }).byPage();
  assert.deepEqual(
    (await pages.next()).value.map((m) => m.id),
    [ids[5], ids[4], ids[3]],
  );
  await thread.sendMessage({ content: "new" });
  await thread.updateMessage(ids[1], { content: "moved" });
  const rest = (await all(pages)).flat().filter((m) => m.type === "text");
  assert.deepEqual(
    rest.map((m) => m.id),
    [ids[2], ids[0]],
    "what moved is at the front now",
  );
});

test("startTime filters by last change", async () => {
  const [thread] = await acs.thread(await acs.user());
  const { id: old } = await thread.sendMessage({ content: "old" });
  await thread.sendMessage({ content: "older still" });
  await sleep(20);
  const startTime = new Date();
  const ids = [];
  for (let i = 0; i < 3; i++) {
    ids.push((await thread.sendMessage({ content: `${i}` })).id);
  }
  const since = async (options) => (await all(thread.listMessages({ startTime, ...options }))).map((m) => m.id);
  assert.deepEqual(await since(), ids.toReversed());
  await thread.updateMessage(old, { content: "changed" });
  assert.deepEqual(await since(), [old, ...ids.toReversed()]);
  assert.deepEqual(await since({ maxPageSize: 1 }), [old, ...ids.toReversed()], "over pages");
});
