package function

import "errors"

// CheckRuntime reports whether functions of a runtime can run here at all. The
// error says what can. It does not look for node or python3 on PATH: that is
// done when an instance starts.
func CheckRuntime(runtime string) error {
	return errors.New("runtimes are not known yet")
}
