// The published rate limits, on a resource that enforces them faster than the clock.

import assert from "node:assert/strict";
import { test } from "node:test";

import { all, limited, needsLimited, refused, sleep, speed } from "./service.js";

const tenSeconds = 10_000 / speed;
const margin = 50;

/** burst makes n calls at once and returns how many passed, and the errors of those that did not. */
async function burst(n, call) {
  const outcomes = await Promise.allSettled(Array.from({ length: n }, (_, i) => call(i)));
  const errors = outcomes.filter((o) => o.status === "rejected").map((o) => o.reason);
  return { passed: n - errors.length, errors };
}

// How many calls pass in ten seconds, and the i-th of them, in a thread of three users that holds one message.
const limits = {
  "creating threads, of a user": [10, ({ users }) => users[1].chat.createChatThread({ topic: "t" })],
  "getting and listing threads, of a user": [
    50,
    ({ thread, users }, i) => (i % 2 ? thread.getProperties() : all(users[0].chat.listChatThreads())),
  ],
  "updating a thread": [5, ({ threads }, i) => threads[i % 3].updateTopic("t")],
  "adding and removing participants, of a thread": [
    10,
    ({ threads, users: [, , extra] }, i) =>
      i % 2 ? threads[0].addParticipants({ participants: [{ id: extra }] }) : threads[1].removeParticipant(extra),
  ],
  "listing participants, of a user in a thread": [10, ({ thread }) => all(thread.listParticipants())],
  "getting messages, of a user in a thread": [50, ({ thread, id }) => thread.getMessage(id)],
  "listing messages, of a user in a thread": [50, ({ thread }) => all(thread.listMessages())],
  "read receipts, of a user in a thread": [10, ({ thread, id }) => thread.sendReadReceipt({ chatMessageId: id })],
  "listing read receipts, of a user in a thread": [5, ({ thread }) => all(thread.listReadReceipts())],
  // A client of its own each time: the SDK holds back notifications that follow too soon.
  "typing, of a user in a thread": [5, ({ thread, users }) => typing(users[0], thread)],
  "typing, in a thread": [10, ({ thread, users }, i) => typing(users[i % 3], thread)],
};

const typing = (user, { threadId }) => user.chat.getChatThreadClient(threadId).sendTypingNotification();

for (const [name, [count, call]] of Object.entries(limits)) {
  test(`${name}: ${count} in ten seconds`, needsLimited, async () => {
    const users = await Promise.all([limited.user(), limited.user(), limited.user()]);
    const threads = await limited.thread(...users);
    const [thread] = threads;
    const { id } = await thread.sendMessage({ content: "x" });
    const { passed, errors } = await burst(count + 1, (i) => call({ users, threads, thread, id }, i));
    assert.equal(passed, count);
    await refused(Promise.reject(errors[0]), 429, { code: "TooManyRequests", message: /^Rate limit exceeded\.$/ });
  });
}

test("sends, edits and deletions share 10 in ten seconds, whoever makes them", needsLimited, async () => {
  const users = [await limited.user(), await limited.user()];
  const [mine, theirs] = await limited.thread(...users);
  const { id } = await mine.sendMessage({ content: "x" });
  await mine.updateMessage(id, { content: "y" });
  await mine.deleteMessage(id);
  const { passed, errors } = await burst(8, (i) => (i % 2 ? mine : theirs).sendMessage({ content: "x" }));
  assert.equal(passed, 7);
  await refused(Promise.reject(errors[0]), 429);
  const [other] = await limited.thread(...users);
  await other.sendMessage({ content: "another thread has limits of its own" });
});

test("30 in a minute, and refused calls count", needsLimited, async () => {
  const [thread] = await limited.thread(await limited.user());
  const send = () => thread.sendMessage({ content: "x" });
  assert.equal((await burst(10, send)).passed, 10);
  await sleep(tenSeconds + margin);
  assert.equal((await burst(15, send)).passed, 10);
  await refused(send(), 429);
  await sleep(tenSeconds + margin);
  // 10 + 15 + 1 calls in this minute, of which 6 were refused: 4 more fit.
  assert.equal((await burst(10, send)).passed, 4);
});

test("the SDK waits as Retry-After says, and gets through", needsLimited, async () => {
  const user = await limited.user();
  const [thread] = await limited.thread(user);
  const patient = limited.chat(user.token, { retryOptions: { maxRetries: 3 } }).getChatThreadClient(thread.threadId);
  const { errors } = await burst(11, () => thread.sendMessage({ content: "x" }));
  assert.match(errors[0].response.headers.get("retry-after"), /^[1-9]\d*$/);
  await patient.sendMessage({ content: "in the end" });
});
