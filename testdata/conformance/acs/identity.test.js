// Every method of CommunicationIdentityClient, and what Identity refuses.

import assert from "node:assert/strict";
import { test } from "node:test";

import { AzureCommunicationTokenCredential } from "@azure/communication-common";
import { CommunicationIdentityClient } from "@azure/communication-identity";

import {
  acs,
  all,
  limited,
  needsLimited,
  needsShortLived,
  readError,
  refused,
  shortLived,
  sleep,
  tokenLife,
} from "./service.js";

const userId = /^8:acs:[0-9a-f-]{36}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const minutes = (n) => n * 60 * 1000;

function assertExpires(expiresOn, inMinutes) {
  const away = expiresOn.getTime() - Date.now();
  assert.ok(Math.abs(away - minutes(inMinutes)) < minutes(1), `expires in ${away} ms; want ${inMinutes} minutes`);
}

test("createUser makes a new user each time", async () => {
  const [a, b] = [await acs.identity.createUser(), await acs.identity.createUser()];
  assert.match(a.communicationUserId, userId);
  assert.notEqual(a.communicationUserId, b.communicationUserId);
});

test("createUserAndToken issues a first token", async () => {
  const { user, token, expiresOn } = await acs.identity.createUserAndToken(["chat"]);
  assert.match(user.communicationUserId, userId);
  assertExpires(expiresOn, 1440);
  assert.deepEqual(await all(acs.chat(token).listChatThreads()), []);

  const brief = await acs.identity.createUserAndToken(["chat", "voip"], { tokenExpiresInMinutes: 60 });
  assertExpires(brief.expiresOn, 60);
});

test("getToken issues tokens that the common SDK can read", async () => {
  const user = await acs.identity.createUser();
  for (const scopes of [["chat"], ["chat.join"], ["chat.join.limited"], ["chat", "voip.join"]]) {
    const { token, expiresOn } = await acs.identity.getToken(user, scopes, { tokenExpiresInMinutes: 90 });
    const read = await new AzureCommunicationTokenCredential(token).getToken();
    assertExpires(expiresOn, 90);
    assert.ok(Math.abs(read.expiresOnTimestamp - expiresOn.getTime()) < 1000, "the token expires when the answer says");
    await all(acs.chat(token).listChatThreads());
  }
});

test("revokeTokens ends tokens and leaves the user", async () => {
  const user = await acs.user();
  await acs.identity.revokeTokens(user);
  await refused(all(user.chat.listChatThreads()), 401, { code: "Unauthorized" });
  const { token } = await acs.identity.getToken(user, ["chat"]);
  await all(acs.chat(token).listChatThreads());
});

test("deleteUser ends tokens, memberships and messages", async () => {
  const [left, gone] = [await acs.user(), await acs.user()];
  const [mine, theirs] = await acs.thread(left, gone);
  const { id } = await theirs.sendMessage({ content: "mine" });
  await acs.identity.deleteUser(gone);

  await refused(theirs.getProperties(), 401);
  const members = await all(mine.listParticipants());
  assert.deepEqual(
    members.map((m) => m.id.communicationUserId),
    [left.communicationUserId],
  );
  const tombstone = await mine.getMessage(id);
  assert.equal(tombstone.content.message, "");
  assert.ok(tombstone.deletedOn);

  await refused(acs.identity.getToken(gone, ["chat"]), 404);
  await refused(acs.identity.revokeTokens(gone), 404);
  await refused(acs.identity.deleteUser(gone), 404);
  const { invalidParticipants } = await mine.addParticipants({ participants: [{ id: gone }] });
  assert.deepEqual(
    invalidParticipants.map((p) => [p.target, p.code]),
    [[gone.communicationUserId, "404"]],
  );
});

test("getTokenForTeamsUser exchanges a token that names the application and the user", async () => {
  const [clientId, userObjectId] = ["11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"];
  const entraToken = (claims) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
  const exchange = (teamsUserAadToken) =>
    acs.identity.getTokenForTeamsUser({ teamsUserAadToken, clientId, userObjectId });
  const claims = { appid: clientId, oid: userObjectId, exp: Math.floor(Date.now() / 1000) + 3600 };

  const { token, expiresOn } = await exchange(entraToken(claims));
  assertExpires(expiresOn, 60);
  await refused(all(acs.chat(token).listChatThreads()), 401);

  const want = { message: /^Provided access token is not valid\.$/ };
  await refused(exchange("no token"), 401, want);
  await refused(exchange(entraToken({ ...claims, oid: clientId })), 401, want);
  await refused(exchange(entraToken({ ...claims, exp: 1 })), 401, want);
  await refused(exchange(""), 400, { code: "ValidationError" });
});

test("values out of range are a ValidationError", async () => {
  const user = await acs.identity.createUser();
  for (const tokenExpiresInMinutes of [59, 1441]) {
    const want = {
      code: "ValidationError",
      message: new RegExp(`ExpiresInMinutes value ${tokenExpiresInMinutes} is invalid.*\\[60, 1440\\]`),
    };
    const error = await refused(acs.identity.createUserAndToken(["chat"], { tokenExpiresInMinutes }), 400, want);
    assert.equal(readError(error.response.bodyAsText).target, "ExpiresInMinutes");
    await refused(acs.identity.getToken(user, ["chat"], { tokenExpiresInMinutes }), 400, want);
  }
  await refused(acs.identity.getToken(user, []), 400, { code: "ValidationError" });
  await refused(acs.identity.getToken(user, ["root"]), 400, { code: "ValidationError" });
});

test("malformed and unknown users", async () => {
  const malformed = { communicationUserId: "8:acs:invalidUserId" };
  await refused(acs.identity.getToken(malformed, ["chat"]), 400);
  await refused(acs.identity.deleteUser(malformed), 400);
  const unknown = acs.unknownUser(await acs.identity.createUser());
  await refused(acs.identity.getToken(unknown, ["chat"]), 404);
});

test("a wrong signature is Denied", needsLimited, async () => {
  const wrong = limited.connectionString.replace(/accesskey=.*/i, acs.connectionString.match(/accesskey=.*/i)[0]);
  const stranger = new CommunicationIdentityClient(wrong, { retryOptions: { maxRetries: 0 } });
  await refused(stranger.createUser(), 401, { code: "Denied" });
});

test("a body other than the signed one is Denied", async () => {
  const tampering = {
    name: "tampering",
    sendRequest: (request, next) => next(Object.assign(request, { body: '{"createTokenWithScopes":["voip"]}' })),
  };
  const client = new CommunicationIdentityClient(acs.connectionString, {
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [{ policy: tampering, position: "perRetry" }],
  });
  await refused(client.createUserAndToken(["chat"]), 401, {
    code: "Denied",
    message: /'x-ms-content-sha256' differs from generated content hash/,
  });
});

test("an old signature is Denied", async () => {
  const replaying = {
    name: "replaying",
    sendRequest: (request, next) => {
      request.headers.set("x-ms-date", new Date(Date.now() - minutes(60)).toUTCString());
      return next(request);
    },
  };
  const client = new CommunicationIdentityClient(acs.connectionString, {
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [{ policy: replaying, position: "perRetry" }],
  });
  await refused(client.createUser(), 401, { code: "Denied" });
});

test("an unsigned call is refused, and one with a user's token", async () => {
  const target = "/identities?api-version=2023-10-01";
  const { token } = await acs.user();
  for (const options of [{}, { token }]) {
    assert.equal((await acs.send("POST", target, options)).status, 401);
  }
});

test("an expired token is refused, and a refreshed one is not", needsShortLived, async () => {
  const user = await shortLived.user();
  await all(user.chat.listChatThreads());
  await sleep(tokenLife + 1100); // a token's claims count whole seconds
  await refused(all(user.chat.listChatThreads()), 401, { code: "Unauthorized" });

  let refreshed = 0;
  const tokenRefresher = async () => {
    refreshed++;
    return (await shortLived.identity.getToken(user, ["chat"])).token;
  };
  const chat = shortLived.chat({ tokenRefresher, token: user.token });
  await all(chat.listChatThreads());
  assert.ok(refreshed > 0, "the expired token was refreshed");
});
