// Package jsonschema holds request models: JSON Schema draft 4, with the error
// texts of the Java validator that API Gateway is seen to use.
//
// A schema is read, checked against the draft and resolved by
// github.com/santhosh-tekuri/jsonschema; what it made is turned into nodes of
// our own, and those validate. So the order and the wording of errors, and the
// cost of a body from a stranger, are decided here.
//
// The order of the Java validator: all keywords of one value are tried, in the
// order of their names; what is inside of the value is looked at only if no
// error was found so far, in the order of its names or indexes. An error below
// anyOf, oneOf, allOf or not is not reported itself.
//
// Every schema is draft 4:
//
//   - Without $schema, as the pages say that models are draft 4.
//   - With another $schema. Chosen: the name is ignored, as a keyword of a later
//     draft (const, if) is ignored where draft 4 has none; one that draft 4 has
//     in another form (a number as exclusiveMinimum) is refused.
//
// A number is an integer if it is written as one: 1.0 is not. Numbers are
// compared as they are written, at any size, and objects in a text have their
// names sorted. Formats are those of the table in format.go; others are no
// constraint. A pattern is ECMA 262 and may match anywhere in a string.
//
// Nothing is read from the network or from files. A reference to another model
// is resolved by the function that Compile is given.
//
// See "Data models for REST APIs" and "Request validation for REST APIs in API
// Gateway".
package jsonschema
