// Package mapping holds the two notations of data mapping over one [Scope], and
// a third one that only looks like the second.
//
//	method.request.header.X-Trace                 an Expression
//	$input.json('$.items')                        a Template
//	$context.identity.sourceIp [$context.status]  a Substitution
//
// # Scope
//
// A Scope is what a request can see: its parameters and body, the stage's
// variables, the [Context], and later the endpoint's response. The corridor fills
// it in; nothing here asks anyone else. A body is read as JSON when the first
// path asks for it, and once, however many expressions and templates do.
//
// Templates can write to one place, $context.requestOverride and
// $context.responseOverride. What they set arrives in Scope.Override when they
// have ended well, and can be read by the templates after them.
//
// # Expressions
//
// A parameter mapping has a [Target] on its left and an [Expression] on its
// right. An expression without a value leaves its target out. The names in both
// follow one rule, and [ExpressionError] tells what is no expression from what
// has a bad name, since API Gateway words these differently.
//
// # Templates
//
// A [Template] is VTL (package vtl) with four variables: $input (input.go),
// $util (util.go), $context (context_map.go) and $stageVariables. JSON stays in
// its document until a template changes it (json_value.go): printing a whole
// payload is a check and a copy.
//
// # Substitutions
//
// Gateway responses and access logs know neither directives nor methods, only
// variables. A [Substitution] replaces them and copies the rest.
//
// # Variables
//
// The table in context_table.go names every $context variable once, with where
// it can be read. Expressions and substitutions look a name up when they are
// compiled; templates have a tree made of the table.
package mapping
