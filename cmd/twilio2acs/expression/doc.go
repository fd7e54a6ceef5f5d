// Package expression compiles what users write in the Common Expression Language
// (CEL, cel.dev): conditions on conversations.
//
// Expressions are type-checked before anything starts, have no side effects, cannot
// ask for the time, and stop at a fixed cost.
package expression
