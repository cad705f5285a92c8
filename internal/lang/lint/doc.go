// Package lint finds in mapping templates, mapping expressions and selection
// patterns what will fail, or surprise, when a request comes.
//
//	for _, f := range lint.Template(text, lint.Context{MediaType: "application/json"}) {
//		fmt.Printf("%d:%d: %s %s\n", f.Line, f.Column, f.Code, f.Message)
//	}
//
// An error is what fails each request that reaches it, in the words in which
// the data plane logs it. A warning is what runs, and surely not as its author
// meant it; what may be meant is not reported. Codes are stable and never used
// again.
//
//	V0101  the template does not follow the grammar
//	V0102  $ or # is the last character
//	V0107  a block without #end
//	V0201  $util has no such function
//	V0202  $input has no such member
//	V0203  $context has no such variable
//	V0204  a variable is never set
//	V0205  a function with the wrong number of arguments
//	V0206  an override that has no effect
//	V0301  a JSONPath that does not compile
//	V0302  a regular expression that is none
//	V0303  #include, #parse and what else cannot be executed
//	V0304  #macro defines nothing
//	V0305  #evaluate prints itself
//	V0306  a word like a directive prints itself
//	V0401  a condition that is always true
//	V0402  a condition that is always false
//	V0501  the output is not JSON
//	P0411  no mapping expression
//	P0412  a mapping reads or writes a parameter that is not declared
//	P0413  a mapping expression in the wrong place
//	P0501  a selection pattern that no status code matches
//	P0502  a selection pattern behind others that match all it matches
//	P0503  a selection pattern that is no regular expression
package lint
