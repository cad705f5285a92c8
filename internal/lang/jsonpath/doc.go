// Package jsonpath reads JSON documents and finds values in them by path.
//
// A [Document] is one payload. It is read at most once, when a path or a caller
// first asks for a value, and strictly: what is not JSON is one text value. It
// is kept as a tape, a flat list of where each value begins and ends in the
// text. Strings are not unescaped and numbers not converted until someone wants
// them; an array or object that is compact JSON already is printed by copying.
//
// A [Path] is a JSONPath in the dialect of the Java library that API Gateway
// uses (Jayway JsonPath, version 2.9), compiled once:
//
//	$.a.b  $['a b']  $.a[0]  $.a[-1]  $.a[1,2]  $.a[1:3]  $.a[*]  $.*
//	$..a  $['a','b']  $.a[?(@.x > 1 && @.y == 'z')]  $.a.length()
//
// A path is definite if it can give at most one value. An indefinite path gives
// a list, also of no or one value. No match is no error; a function that cannot
// be computed, such as the sum of no numbers, is.
//
// Oddities of the library are kept where the recorded cases show them; the file
// that has them says so. Left out are lenient reading (single quotes, bare
// words), of which little is known on AWS, and paths with a script.
//
// What paths make (lists, objects of several members, results of functions) is
// added to the document's tape, so that every result is a [Node]: the document
// and a place on its tape. A document therefore has one owner. Paths do not
// change and can be shared.
//
// What a stranger controls is bounded: nesting by [MaxDepth], the text by 1 GiB,
// the values that all paths together visit by 20 million, a regular expression
// that backtracks by one second.
package jsonpath
