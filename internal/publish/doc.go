// Package publish is the only door between the two planes, and it opens one
// way: it watches what control has published, compiles what changed, and swaps
// it into the gateway.
package publish
