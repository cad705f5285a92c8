// Templates measures what a rendering costs Postern beside other engines, in one
// run: CPU time of the processes, user and system, per render, in turns (A B C A
// B C …), with medians over the rounds.
//
//	go run ./bench/templates [-rounds 5] [-seconds 1] [-warm 4]
//
// The others are Apache Velocity 1.7, set up like API Gateway (Debian's packages
// velocity, libjsonpath-java, libjackson2-databind-java and a JDK), and velocityjs
// (npm, installed into a temporary directory). Who is not there is named, and the rest goes on. copy
// is no engine: it copies the payload, and is what deep-json is compared with.
//
// A render starts from the compiled template and the raw request: the payload is
// read anew, $context is made anew, and the output is a string. Linux only: CPU
// time is read from /proc.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	rounds  int
	length  time.Duration // of a round of one workload
	warm    time.Duration // before the first round, for each workload
	jars    string        // directory
	version string        // of velocityjs
	only    []string      // workloads
	show    bool          // outputs that differ
}

// gcPercent makes the collector run as often as in a gateway, which allocates
// between two runs as much as it keeps alive, some 20 MB. These processes keep
// next to nothing and would collect every 4 MB; node and Java take more, too.
const gcPercent = 400

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 5, "rounds of each contestant")
	seconds := flag.Float64("seconds", 1, "seconds of a round of one workload")
	warm := flag.Float64("warm", 4, "seconds before the first round, for each workload")
	only := flag.String("only", strings.Join(names, ","), "workloads")
	flag.StringVar(&o.jars, "jars", "/usr/share/java", "directory of the Java libraries")
	flag.BoolVar(&o.show, "show", false, "print the beginning of outputs that differ")
	flag.StringVar(&o.version, "velocityjs", "2.1.7", "version of velocityjs")
	flag.Parse()
	log.SetFlags(0)
	if c := flag.Arg(0); c == "postern" || c == "copy" {
		if os.Getenv("GOGC") == "" {
			debug.SetGCPercent(gcPercent)
		}
		if err := answer(os.Stdin, os.Stdout, c); err != nil {
			log.Fatal(err)
		}
		return
	}
	o.length = time.Duration(*seconds * float64(time.Second))
	o.warm = time.Duration(*warm * float64(time.Second))
	o.only = strings.Split(*only, ",")
	field, err := compare(o)
	if err != nil {
		log.Fatal(err)
	}
	report(os.Stdout, field, o.only)
}

// compare runs all contestants that can be started.
func compare(o options) ([]*contestant, error) {
	dir, err := os.MkdirTemp("", "bench-templates-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := unpack(dir); err != nil {
		return nil, err
	}
	field, err := enlist(o, dir)
	for _, c := range field {
		defer c.stop()
	}
	if err != nil {
		return nil, err
	}
	for _, w := range o.only {
		for _, c := range field {
			if err := c.prepare(w, o); err != nil {
				return nil, err
			}
		}
	}
	for round := range o.rounds {
		for _, w := range o.only {
			for _, c := range field {
				if c.skips[w] != "" {
					continue
				}
				cost, err := c.round(w, o.length)
				if err != nil {
					return nil, err
				}
				c.renders[w] = append(c.renders[w], cost)
			}
		}
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, o.rounds)
	}
	return field, nil
}

// enlist starts Postern, which must be there, and its peers, which may be.
func enlist(o options, dir string) ([]*contestant, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	postern, err := start("postern", exec.Command(self, "postern"))
	if err != nil {
		return nil, err
	}
	field := []*contestant{postern}
	if c, err := velocity(dir, o.jars); err == nil {
		field = append(field, c)
	} else {
		fmt.Fprintln(os.Stderr, "without Apache Velocity:", err)
	}
	if c, err := velocityjs(dir, o.version); err == nil {
		field = append(field, c)
	} else {
		fmt.Fprintln(os.Stderr, "without velocityjs:", err)
	}
	c, err := start("copy", exec.Command(self, "copy"))
	if err != nil {
		return field, err
	}
	for _, w := range names {
		if w != "deep-json" {
			c.skips[w] = "a copy is no rendering"
		}
	}
	return append(field, c), nil
}

// prepare looks at one output of a workload and renders until it is warm.
func (c *contestant) prepare(workload string, o options) error {
	if c.skips[workload] != "" {
		return nil
	}
	text, err := c.show(workload)
	if err != nil {
		return err
	}
	c.wrong[workload] = c.name != "copy" && !right(workload, text)
	if c.wrong[workload] && c.name == "postern" {
		return fmt.Errorf("postern renders %s wrongly:\n%.2000s", workload, text)
	}
	if c.wrong[workload] && o.show {
		fmt.Fprintf(os.Stderr, "%s renders %s otherwise:\n%.2000s\n", c.name, workload, text)
	}
	_, err = c.round(workload, o.warm)
	return err
}

// report prints medians, the least and the most of the rounds, and how many
// times as much as Postern the others took: of the medians, and at least, which
// is between the rounds that are nearest to each other.
func report(out io.Writer, field []*contestant, workloads []string) {
	fmt.Fprintf(out, "%-11s %-11s %14s %23s %9s %9s  %s\n",
		"workload", "engine", "CPU µs/render", "spread", "× postern", "at least", "output")
	for _, w := range workloads {
		var base []float64
		for _, c := range field {
			costs := slices.Sorted(slices.Values(c.renders[w]))
			if len(costs) == 0 {
				continue
			}
			if base == nil {
				base = costs
			}
			verdict := "right"
			switch {
			case c.wrong[w]:
				verdict = "differs"
			case c.name == "copy":
				verdict = "(the payload, copied)"
			}
			last := len(costs) - 1
			fmt.Fprintf(out, "%-11s %-11s %14.2f %10.2f – %10.2f %9.1f %9.1f  %s\n", w, c.name,
				median(costs), costs[0], costs[last], median(costs)/median(base), costs[0]/base[len(base)-1], verdict)
		}
	}
}

// median returns the middle of sorted costs.
func median(costs []float64) float64 { return costs[len(costs)/2] }
