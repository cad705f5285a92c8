// Package function runs Lambda functions as local processes.
//
// A Runner opens a Function for each version of each function: a Config says
// what it is. Function.Invoke runs one invocation in a warm instance, or starts
// one. An instance is a process group that speaks the Lambda Runtime API with
// the Runner: a bootstrap file for provided.* runtimes, and for nodejs* and
// python3* a bootstrap of this package with the node or python3 on PATH.
//
// The room knows nothing of API Gateway and nothing of aliases, resource
// policies or the Lambda API: who calls Invoke has decided that the call may
// take place, and in which version.
package function
