// Package cases runs unit tests of mapping templates and JSONPaths that are
// written down as data: JSON Lines, one case a line.
//
//	{"id": "greets", "template": "Hello $input.params('n')", "request": {"params": {"path": {"n": "Ada"}}}, "expect": {"output": "Hello Ada"}}
//	{"id": "adults", "json": "[{\"age\": 31}]", "path": "$[?(@.age > 17)].age", "expect": {"json_text": "[31]"}}
//
// A case with "template" is one of a mapping template, a case with "path" one
// of a JSONPath. Members that are not listed here are ignored.
//
// # Mapping templates
//
//	id              the case's name in messages
//	template        the mapping template
//	request         body (text or null) and params: path, querystring, header
//	context         what $context sees; requestOverride and responseOverride are always there
//	stageVariables  what $stageVariables sees
//	vars            further variables; objects are ordered maps, arrays plain lists
//	expect          output, the text; overrides, what the template has set, empty
//	                maps left out; or error, with anything but null or false
//
// A case with vars alone runs in the engine alone, without $input, $util,
// $context and $stageVariables. A template must fail exactly if the case expects
// an error. Without overrides in expect, the template must set none.
//
// # JSONPaths
//
//	json      the document, as text
//	path      the path
//	definite  whether the path can give at most one value; null or absent: not asked
//	expect    any of value, kind, path_text (what $input.path prints) and
//	          json_text (what $input.json prints), where null means that it is
//	          not asked, except for value; or error: true
//
// Kinds are null, boolean, int, long, bigint, double, bigdecimal, string, list
// and map.
//
// # Results
//
// A case whose expect is null is not run. A line that is no case is a failure,
// with its file and line.
package cases
