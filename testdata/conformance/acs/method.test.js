// No method of the SDKs' clients is left out of these tests.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { ChatClient, ChatThreadClient } from "@azure/communication-chat";
import { CommunicationIdentityClient } from "@azure/communication-identity";

// Real-time notifications reach another service; the rest is private to the SDKs.
const left =
  /^(constructor|(start|stop)RealtimeNotifications|on|off|subscribeToSignalingEvents|canPost\w+|list\w+(Page|All))$/;

test("every method is called", () => {
  const folder = new URL(".", import.meta.url);
  const source = readdirSync(folder)
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(new URL(name, folder), "utf8"))
    .join("\n");
  for (const client of [CommunicationIdentityClient, ChatClient, ChatThreadClient]) {
    for (const name of Object.getOwnPropertyNames(client.prototype)) {
      assert.ok(left.test(name) || source.includes(`.${name}(`), `${client.name}.${name} is never called`);
    }
  }
});
