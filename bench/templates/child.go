package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// answer obeys the commands of the parent, one a line, as the drivers of the
// peers do:
//
//	run NAME MILLISECONDS BATCH   renders for that long, looking at the clock after each
//	                              batch, and answers with the number of renders
//	show NAME                     answers with the length of one output, in bytes, and the output
func answer(in io.Reader, out io.Writer, contestant string) error {
	loaded := map[string]*workload{}
	for commands := bufio.NewScanner(in); commands.Scan(); {
		words := strings.Fields(commands.Text())
		name := words[1]
		w := loaded[name]
		if w == nil {
			var err error
			if w, err = load(name); err != nil {
				return err
			}
			loaded[name] = w
		}
		render := w.render
		if contestant == "copy" {
			render = w.copied
		}
		if words[0] == "show" {
			text, err := render()
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(out, "%d\n%s", len(text), text); err != nil {
				return err
			}
			continue
		}
		length, err := strconv.Atoi(words[2])
		if err != nil {
			return err
		}
		batch, err := strconv.Atoi(words[3])
		if err != nil {
			return err
		}
		n := 0
		for end := time.Now().Add(time.Duration(length) * time.Millisecond); n == 0 || time.Now().Before(end); n += batch {
			for range batch {
				if _, err := render(); err != nil {
					return err
				}
			}
		}
		if _, err := fmt.Fprintln(out, n); err != nil {
			return err
		}
	}
	return nil
}

// copied is what deep-json is compared with: the payload once into the buffer.
func (w *workload) copied() (string, error) {
	w.out = append(w.out[:0], w.body...)
	return string(w.out), nil
}
