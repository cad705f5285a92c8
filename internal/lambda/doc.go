// Package lambda keeps Lambda functions: their configuration and code, versions,
// aliases and resource policies, as operations over a store.Store. A Service
// also invokes them: it finds the version that is meant, asks the resource
// policy, and hands the call to a function.Runner.
//
// Every refusal is an *Error with the exception and the sentence of Lambda. Any
// other error is the store's, the disk's or the context's.
//
// A function is one record, with its aliases and policies: whoever changes one of
// them commits on the condition that nobody else has, and starts again
// otherwise. Published versions are records of their own, as they never change.
package lambda
