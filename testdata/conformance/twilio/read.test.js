// The published SDK pages through everything and finds what was recorded.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { basic, bytes, connect, group, mcsUrl, recorded } from "./account.js";

const client = connect();
const services = recorded("services");
const conversations = recorded("conversations");
const home = recorded("configuration").find((c) => c.default_chat_service_sid).default_chat_service_sid;

// sids of what the SDK returns, or of what was recorded.
const sids = (resources) => resources.map((r) => r.sid);
const of = (field, sid) => (r) => r[field] === sid;

// same compares the resources that the SDK made with those recorded, by the
// fields that both have.
function same(got, want) {
  assert.deepEqual(sids(got), sids(want));
  got.forEach((resource, i) => {
    for (const [field, value] of Object.entries(resource.toJSON())) {
      const name = field.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
      if (!(name in want[i])) continue;
      const recordedValue = want[i][name];
      if (value instanceof Date) {
        assert.equal(value.getTime(), new Date(recordedValue).getTime(), `${resource.sid} ${name}`);
      } else {
        assert.deepEqual(value, recordedValue, `${resource.sid} ${name}`);
      }
    }
  });
}

test("services, and the configuration that names the default one", async () => {
  same(await client.services.list({ pageSize: 1 }), services);
  assert.equal((await client.configuration().fetch()).defaultChatServiceSid, home);
  const events = recorded("configuration").find((c) => c.url.endsWith("/v1/Configuration/Webhooks"));
  assert.equal((await client.configuration.webhooks().fetch()).postWebhookUrl, events.post_webhook_url);
  for (const { sid } of services) {
    assert.equal((await client.services(sid).configuration().fetch()).chatServiceSid, sid);
    assert.equal((await client.services(sid).configuration.webhooks().fetch()).chatServiceSid, sid);
    const pushed = recorded("configuration").find((c) => c.url.endsWith(`${sid}/Configuration/Notifications`));
    const notifications = await client.services(sid).configuration.notifications().fetch();
    assert.equal(notifications.chatServiceSid, sid);
    assert.equal(notifications.newMessage.template, pushed?.new_message.template);
    assert.deepEqual(await client.services(sid).bindings.list(), []);
  }
  same(await client.addressConfigurations.list({ pageSize: 1 }), recorded("address_configurations"));
  assert.deepEqual(await client.credentials.list(), []);
});

for (const { sid: service } of services) {
  describe(`service ${service}`, () => {
    const scoped = client.services(service);
    const mine = (kind) => recorded(kind).filter(of("chat_service_sid", service));

    test("roles, users and conversations", async () => {
      same(await scoped.roles.list({ pageSize: 2 }), mine("roles"));
      same(await scoped.users.list({ pageSize: 7 }), mine("users"));
      same(await scoped.conversations.list({ pageSize: 3 }), mine("conversations"));
    });

    test("participants, messages both ways, webhooks and receipts", async () => {
      const [participants, messages] = [group(mine("participants"), "conversation_sid"), group(mine("messages"), "conversation_sid")];
      const [webhooks, receipts] = [group(recorded("webhooks"), "conversation_sid"), group(recorded("receipts"), "message_sid")];
      for (const { sid } of mine("conversations")) {
        const conversation = scoped.conversations(sid);
        same(await conversation.participants.list({ pageSize: 5 }), participants.get(sid) ?? []);
        const want = messages.get(sid) ?? [];
        same(await conversation.messages.list({ pageSize: 20 }), want);
        same(await conversation.messages.list({ order: "desc", pageSize: 33 }), want.toReversed());
        same(await conversation.webhooks.list({ pageSize: 1 }), webhooks.get(sid) ?? []);
        for (const message of want.filter((m) => m.delivery)) {
          same(await conversation.messages(message.sid).deliveryReceipts.list(), receipts.get(message.sid) ?? []);
        }
      }
    });

    test("whose conversations they are", async () => {
      const people = group(mine("participants").filter((p) => p.identity), "identity");
      for (const user of mine("users")) {
        const want = (people.get(user.identity) ?? []).map((p) => p.conversation_sid).sort();
        const joined = await scoped.users(user.sid).userConversations.list({ pageSize: 2 });
        assert.deepEqual(joined.map((c) => c.conversationSid).sort(), want, user.identity);
        const taken = await scoped.participantConversations.list({ identity: user.identity, pageSize: 2 });
        assert.deepEqual(taken.map((c) => c.conversationSid).sort(), want, user.identity);
        assert.ok(taken.every((c) => c.participantUserSid === user.sid));
      }
      const addressed = group(mine("participants").filter((p) => p.messaging_binding?.address).map((p) => ({ ...p, address: p.messaging_binding.address })), "address");
      for (const [address, participants] of addressed) {
        const taken = await scoped.participantConversations.list({ address });
        assert.deepEqual(sidsOf(taken), participants.map((p) => p.sid).sort(), address);
      }
    });

    test("conversations by date and by state", async () => {
      const all = mine("conversations");
      const closed = await scoped.conversations.list({ state: "closed", pageSize: 1 });
      assert.deepEqual(sids(closed).sort(), sids(all.filter(of("state", "closed"))).sort());
      const between = await scoped.conversations.list({ startDate: "2023-01-01", endDate: "2025-06-30", pageSize: 2 });
      const want = all.filter((c) => c.date_created >= "2023-01-01" && c.date_created < "2025-07-01");
      assert.deepEqual(between.map((c) => c.dateCreated.getTime()), want.map((c) => Date.parse(c.date_created)).sort((a, b) => b - a));
    });
  });
}

const sidsOf = (memberships) => memberships.map((m) => m.participantSid).sort();

test("the short paths are those of the default service", async () => {
  same(await client.conversations.list({ pageSize: 4 }), conversations.filter(of("chat_service_sid", home)));
  same(await client.users.list(), recorded("users").filter(of("chat_service_sid", home)));
  same(await client.roles.list(), recorded("roles").filter(of("chat_service_sid", home)));
  for (const other of conversations.filter((c) => c.chat_service_sid !== home)) {
    await assert.rejects(client.conversations(other.sid).fetch(), { status: 404, code: 20404 });
  }
});

test("unique names and identities stand for SIDs", async () => {
  for (const c of conversations.filter((c) => c.unique_name)) {
    const name = encodeURIComponent(c.unique_name);
    assert.equal((await client.services(c.chat_service_sid).conversations(name).fetch()).sid, c.sid);
  }
  for (const u of recorded("users")) {
    const name = encodeURIComponent(u.identity);
    assert.equal((await client.services(u.chat_service_sid).users(name).fetch()).sid, u.sid);
  }
});

test("media are found in their service and downloaded without credentials", async () => {
  for (const media of recorded("media")) {
    const path = `/v1/Services/${media.service_sid}/Media/${media.sid}`;
    const answer = await fetch(mcsUrl + path, { headers: { Authorization: basic } });
    const { links, ...resource } = await answer.json();
    assert.deepEqual({ ...resource, links: undefined }, { ...media, links: undefined });
    const signed = links.content_direct_temporary;
    assert.deepEqual(Buffer.from(await (await fetch(signed)).arrayBuffer()), bytes(media.sid));
    assert.equal((await fetch(signed, { headers: { Authorization: basic } })).status, 403);
  }
});

test("what Twilio refuses", async () => {
  const { sid, chat_service_sid } = conversations[0];
  const conversation = client.services(chat_service_sid).conversations(sid);
  await assert.rejects(connect("wrong").services.page(), { status: 401, code: 20003 });
  await assert.rejects(conversation.messages("IM00000000000000000000000000000000").fetch(), { status: 404, code: 20404 });
  await assert.rejects(conversation.messages.page({ pageToken: "PTeyJvciI6MX0=" }), { status: 400, code: 21481 });
  await assert.rejects(conversation.messages.page({ pageNumber: 2 }), { status: 400, code: 70002 });
  await assert.rejects(conversation.messages.create({ body: "no" }), { status: 405, code: 20004 });
  await assert.rejects(conversation.update({ state: "closed" }), { status: 405 });
  await assert.rejects(conversation.remove(), { status: 405 });
});
