/*
Package vtl is the template language of API Gateway's mapping templates: a
dialect of Apache Velocity 1.7.

	tmpl, err := vtl.Parse("greeting", `Hello#foreach($n in $names) $n#if($foreach.hasNext),#end#end!`)
	env := &vtl.Env{Scope: vtl.Variables{"names": names.Value()}}
	out, err := tmpl.AppendTo(nil, env)

A Template is compiled once and used by many at a time. An Env is the state of
one rendering; keep it, and its memory, for the next. What a template can see
comes from the Scope of the Env: values, and objects of the caller's own that
implement Host.

# Text

A template is text with references ($name), directives (#if), comments and
escapes. All else is copied as it is, line ends too.

	$name ${name} $!name         the three forms of a reference; here they print the same
	$m.key  $m['key']            an entry of a map
	$l[0]  $l[-1]                an element of a list, from the end
	$s.length()                  a method
	\$name                       the text $name
	## to the line's end         comments; the line end goes as well
	#* comment *#
	#[[ text $as #it is ]]#

A '-' belongs to a name: $a-b is one variable. A $ or # that starts nothing is
text, except as the last character of a template, which is a mistake.

# Directives

	#set($x = 1)  #set($m.key = 'v')  #set($l[0] = $y)
	#if($a == 1) … #elseif($b) … #else … #end
	#foreach($item in $list) … #end
	#define($block) … #end       $block prints the statements anew each time
	#break  #break($foreach.parent)  #stop
	#literal() … #end

In a loop $foreach has index, count, hasNext, first, last, parent and topmost.
A loop ends after Limits.Rounds rounds, without an error.

After a directive's closing parenthesis, and after #else and #end, blanks and
one line end go away. Before a directive nothing does, except that blanks at
the very beginning or after something else than text go with a #set.

# Values

	'text'                       as it is; '' is a quotation mark
	"text $x #if(…)…#end"        a template of its own; "" is a quotation mark
	12  -3  1.5  1e3             integers widen from 32 bits to any size
	true  false
	[1, 'a', $x]  [1..5]         lists
	{'k' : 1, $x : 2}            maps, in order of entry

Operators, from loosest to tightest, with the words for them:

	||  or
	&&  and
	==  eq      !=  ne
	<   lt      >   gt      <=  le      >=  ge
	+   -
	*   /   %
	!   not

Values have the methods of their Java types: String, List, Map, Map.Entry,
Iterator, Integer, Long, BigInteger, Double, BigDecimal, Boolean. Text counts
in UTF-16 units. Regular expressions are Java's. A call needs the right number
and types of arguments. Arguments are single values; a bare word is null.

# What differs from plain Velocity

  - A reference without a value is the empty string. It prints nothing, equals
    "", and is true in a condition; its further steps are not evaluated.
  - Every value but the boolean false is true if a reference gives it, and
    every literal but true is false: #if(1) and #if("$x") are not taken.
  - #macro defines nothing; a call prints its own source. So does #evaluate.
  - #include and #parse fail when they are executed, for there are no files.
  - class and getClass() are not offered.
  - Lists that come from JSON print as JSON.

# Failures

Parse returns an *Error for text that does not follow the grammar. AppendTo
returns one when a method fails, an index is out of range, a host refuses, or a
limit is passed. It has the line and column, and the source of the expression.
An operation without a result, such as a division by zero, is no failure: a
#set with it is skipped.

# Hosts

A Host gives properties, methods and a printed form; Indexer and Setter add
$h[key] and assignment. For data there is less to do: Map and List are what
templates make, LazyMap and LazyList let a document stay a document until a
template looks at it or changes it. Bound to a Document, they need not even be
made for a template to go past them. Maps can be ordered, or in the order of
Java's hash maps (Hashed), and can print nothing (Silent).

The zero Limits stop runaway templates far above what others need.
*/
package vtl
