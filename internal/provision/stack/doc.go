// Package stack makes the resources of a template so, and keeps them so.
//
// Compare says what will happen: it is pure and touches nothing. Execute does
// that and nothing else. Resources are made and changed in the order of their
// references, independent ones at once; nothing is deleted before all the new
// works. If a step fails, everything goes back to what it was.
//
// # What is stored
//
// Under stacks/{name}/ stand the stack, its template, its events, one record
// for each resource, and while something is being done, the operation. A
// record holds two instances of its resource: Current, of the last good state,
// and Next, of the operation. Before a type is called, Next is stored with the
// call that is about to happen; afterwards with its result. So at any moment
// the records tell what may exist:
//
//	operation   forward ── all steps done ──▶ cleanup ──▶ none
//	               │  Next becomes Current, in one commit;
//	               │  what was Current becomes Garbage
//	               └── a step failed ──▶ rollback ──▶ none
//	                   Next is undone, Current was never touched
//	                   except by updates in place, which are repeated backwards
//
// Under stack-change-sets/{name}/ stand the plans that were given a name. Carrying
// out any plan of the stack, and deleting it, forgets them.
//
// Under stack-exports/ and stack-imports/ stands which stack gives a value and
// which ones use it.
//
// After a crash, Recover rolls back an operation that was going forward and
// finishes every other one. A create whose answer was lost is looked for by its
// token; all other calls are harmless to repeat.
package stack
