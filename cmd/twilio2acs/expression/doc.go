// Package expression compiles what users write in the Common Expression Language
// (CEL, cel.dev): conditions on items of Twilio, and texts that are made of them.
//
// Expressions are type-checked before anything starts, have no side effects, cannot
// ask for the time, and stop at a fixed cost. The names in them are those of Twilio's
// SDKs. Attributes are the JSON that Twilio keeps as text, read: where they hold no
// JSON, the text itself. A key that may not be there is asked for with
// has(message.attributes.x), or read with message.attributes.?x.orValue("").
package expression
