// Package cli is the postern command: its verbs, flags, output and exit codes.
//
// A command asks a gateway through stackapi's Client, whether the gateway runs in
// another process or in this one. Results go to stdout; progress, notes and
// problems go to stderr. The wiring of the program is in a Program; the package
// reads neither the environment nor the arguments of the process by itself.
package cli
