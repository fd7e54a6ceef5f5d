// A migration as one would write it in an afternoon, on the SDKs that both vendors
// publish: 32 conversations at a time, the messages of each in their order and under
// their authors. It remembers nothing, so that it can neither resume nor tell what has
// arrived, and looks after neither files nor limits. The environment names both sides:
//
//	TWILIO_URL, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN   where Twilio is, and whose account
//	ACS_CONNECTION_STRING                               the ACS resource

import { ChatClient } from "@azure/communication-chat";
import { AzureCommunicationTokenCredential, parseConnectionString } from "@azure/communication-common";
import { CommunicationIdentityClient } from "@azure/communication-identity";
import twilio from "twilio";

const atOnce = 32;

const { TWILIO_URL, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, ACS_CONNECTION_STRING } = process.env;

// Redirected sends what is meant for Twilio to the server.
class Redirected extends twilio.RequestClient {
  request(options) {
    const uri = new URL(options.uri);
    const to = new URL(TWILIO_URL);
    uri.protocol = to.protocol;
    uri.host = to.host;
    return super.request({ ...options, uri: uri.href });
  }
}

const httpClient = new Redirected({ keepAlive: true });
const account = twilio(TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, { httpClient }).conversations.v1;
const endpoint = parseConnectionString(ACS_CONNECTION_STRING).endpoint.replace(/\/$/, "");
const identities = new CommunicationIdentityClient(ACS_CONNECTION_STRING);

const users = new Map(); // promises of users, by their identity in Twilio

/** user is the ACS user of a Twilio identity, with a client of its own. */
function user(identity) {
  if (!users.has(identity)) {
    users.set(identity, identities.createUserAndToken(["chat"]).then(({ user, token }) => ({
      id: user,
      chat: new ChatClient(endpoint, new AzureCommunicationTokenCredential(token)),
    })));
  }
  return users.get(identity);
}

async function migrate(conversation) {
  const source = account.conversations(conversation.sid);
  const [participants, messages] = await Promise.all([
    source.participants.list({ pageSize: 100 }),
    source.messages.list({ order: "asc", pageSize: 100 }),
  ]);
  const members = await Promise.all(participants.map(({ identity }) => user(identity)));
  const { chatThread } = await members[0].chat.createChatThread(
    { topic: conversation.friendlyName },
    { participants: members.map(({ id }, i) => ({ id, displayName: participants[i].identity })) },
  );
  for (const message of messages) {
    const { chat } = await user(message.author);
    await chat.getChatThreadClient(chatThread.id).sendMessage({ content: message.body }, {
      senderDisplayName: message.author,
      metadata: {
        twilioMessageSid: message.sid,
        twilioMessageIndex: String(message.index),
        twilioCreatedAt: message.dateCreated.toISOString(),
      },
    });
  }
  return messages.length;
}

const conversations = await account.conversations.list({ pageSize: 100 });
let next = 0;
let sent = 0;
await Promise.all(Array.from({ length: atOnce }, async () => {
  while (next < conversations.length) sent += await migrate(conversations[next++]);
}));
console.log(`${sent} messages of ${conversations.length} conversations`);
