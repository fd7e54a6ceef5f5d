// Participants: who is in a thread, and what they see of its history.

import assert from "node:assert/strict";
import { test } from "node:test";

import { acs, all, limited, needsLimited, refused, sleep } from "./service.js";

const names = (members) => members.map((m) => m.displayName);

test("addParticipants and listParticipants", async () => {
  const [user, added] = [await acs.user(), await acs.user()];
  const [thread] = await acs.thread(user);
  const result = await thread.addParticipants({
    participants: [
      { id: added, displayName: "Bo", shareHistoryTime: new Date("2024-02-03T04:05:06Z"), metadata: { role: "agent" } },
    ],
  });
  assert.deepEqual(result, {});
  const [, member] = await all(thread.listParticipants());
  assert.deepEqual(member, {
    id: { kind: "communicationUser", communicationUserId: added.communicationUserId },
    displayName: "Bo",
    shareHistoryTime: new Date("2024-02-03T04:05:06Z"),
    metadata: { role: "agent" },
  });
  assert.deepEqual(
    (await all(added.chat.listChatThreads())).map((t) => t.id),
    [thread.threadId],
  );
});

test("adding a member again changes nothing", async () => {
  const member = await acs.user();
  const [thread] = await acs.thread(await acs.user(), member);
  assert.deepEqual(await thread.addParticipants({ participants: [{ id: member, displayName: "another" }] }), {});
  assert.deepEqual(names(await all(thread.listParticipants())), ["user 1", "user 2"]);
  assert.equal((await all(thread.listMessages({ maxPageSize: 200 }))).length, 2, "no system message");

  await thread.removeParticipant(member);
  await thread.addParticipants({ participants: [{ id: member, displayName: "another" }] });
  assert.deepEqual(names(await all(thread.listParticipants())), ["user 1", "another"]);
});

test("who cannot be a member is named in a success", needsLimited, async () => {
  const [user, good] = [await acs.user(), await acs.user()];
  const [unknown, foreign] = [acs.unknownUser(user), await limited.user()];
  const teams = { microsoftTeamsUserId: "11111111-1111-1111-1111-111111111111" };
  const participants = [
    { id: good },
    { id: unknown },
    { id: foreign },
    { id: teams },
    { id: { phoneNumber: "+15550100" } },
  ];
  const want = [
    [unknown.communicationUserId, "404", "Not found"],
    [foreign.communicationUserId, "403", "Permissions check failed"],
    [`8:orgid:${teams.microsoftTeamsUserId}`, "403", "Permissions check failed"],
    ["4:+15550100", "403", "Permissions check failed"],
  ];
  const listed = (result) => result.invalidParticipants.map((p) => [p.target, p.code, p.message]);

  const created = await user.chat.createChatThread({ topic: "t" }, { participants });
  assert.deepEqual(listed(created), want);
  const [thread] = await acs.thread(user);
  assert.deepEqual(listed(await thread.addParticipants({ participants })), want);
  for (const id of [created.chatThread.id, thread.threadId]) {
    const members = await all(user.chat.getChatThreadClient(id).listParticipants());
    assert.deepEqual(
      members.map((m) => m.id.communicationUserId),
      [user.communicationUserId, good.communicationUserId],
    );
  }
});

test("what addParticipants and removeParticipant refuse", async () => {
  const user = await acs.user();
  const [thread] = await acs.thread(user);
  const malformed = { communicationUserId: "8:acs:invalidUserId" };
  const want = { message: /^Identifier format is invalid \(8:acs:invalidUserId\)\.$/ };
  await refused(thread.addParticipants({ participants: [{ id: malformed }] }), 400, want);
  await refused(thread.removeParticipant(malformed), 400, want);
  const crowd = Array.from({ length: 201 }, () => ({ id: acs.unknownUser(user) }));
  await refused(thread.addParticipants({ participants: crowd }), 400);
  await refused(thread.addParticipants({ participants: [{ id: user, metadata: { k: "x".repeat(1024) } }] }), 400);
});

test("a thread has 250 members at most, listed in pages", async () => {
  const user = await acs.user();
  const [thread] = await acs.thread(user);
  const users = await Promise.all(Array.from({ length: 250 }, () => acs.identity.createUser()));
  const add = (from, to) => thread.addParticipants({ participants: users.slice(from, to).map((id) => ({ id })) });
  assert.deepEqual(await add(0, 200), {});
  await refused(add(200, 250), 400);
  assert.deepEqual(await add(200, 249), {});
  await refused(add(249, 250), 400);

  const members = await all(thread.listParticipants());
  assert.equal(new Set(members.map((m) => m.id.communicationUserId)).size, 250);
  const pages = await all(thread.listParticipants({ maxPageSize: 60 }).byPage());
  assert.deepEqual(
    pages.map((page) => page.length),
    [60, 60, 60, 60, 10],
  );
  assert.deepEqual(pages.flat(), members);
  assert.deepEqual(await all(thread.listParticipants({ skip: 247 })), members.slice(247));
});

test("removeParticipant ends a membership", async () => {
  const [user, gone] = [await acs.user(), await acs.user()];
  const [mine, theirs] = await acs.thread(user, gone);
  const { id: early } = await theirs.sendMessage({ content: "early" });
  await mine.removeParticipant(gone);
  const { id: late } = await mine.sendMessage({ content: "late" });

  assert.deepEqual(names(await all(mine.listParticipants())), ["user 1"]);
  const want = { code: "Forbidden", message: /doesn't have the permission/ };
  await refused(theirs.sendMessage({ content: "x" }), 403, want);
  await refused(theirs.updateMessage(early, { content: "x" }), 403);
  await refused(theirs.deleteMessage(early), 403);
  await refused(theirs.addParticipants({ participants: [{ id: gone }] }), 403);
  await refused(theirs.removeParticipant(user), 403);
  await refused(theirs.sendReadReceipt({ chatMessageId: early }), 403);
  await refused(theirs.sendTypingNotification(), 403);

  assert.equal((await theirs.getMessage(early)).content.message, "early", "earlier history stays readable");
  const seen = (await all(theirs.listMessages({ maxPageSize: 200 }))).map((m) => m.id);
  assert.ok(seen.includes(early) && !seen.includes(late), "and nothing newer is");
  await refused(theirs.getMessage(late), 404);
  assert.deepEqual(
    (await all(gone.chat.listChatThreads())).map((t) => t.id),
    [mine.threadId],
  );
});

test("anyone may remove anyone, even the creator and themselves", async () => {
  const [creator, member] = [await acs.user(), await acs.user()];
  const [theirs, mine] = await acs.thread(creator, member);
  await mine.removeParticipant(creator);
  await refused(theirs.addParticipants({ participants: [{ id: creator }] }), 403);
  await mine.removeParticipant(member);
  await refused(mine.sendMessage({ content: "x" }), 403);
});

test("shareHistoryTime hides what arrived earlier", async () => {
  const [user, late] = [await acs.user(), await acs.user()];
  const [mine] = await acs.thread(user);
  const { id: hidden } = await mine.sendMessage({ content: "hidden" });
  await sleep(10);
  const shareHistoryTime = new Date();
  const { id: shown } = await mine.sendMessage({ content: "shown" });
  await mine.addParticipants({ participants: [{ id: late, shareHistoryTime }] });

  const theirs = late.chat.getChatThreadClient(mine.threadId);
  const texts = (await all(theirs.listMessages({ maxPageSize: 200 }))).filter((m) => m.type === "text");
  assert.deepEqual(
    texts.map((m) => m.id),
    [shown],
  );
  await refused(theirs.getMessage(hidden), 404);
});
