package cli

// A style colors words, if it is on. Meaning is never in the color alone.
type style struct{ on bool }

// style decides whether colors are used on stderr and stdout.
//
// See https://no-color.org and CLICOLOR_FORCE.
func (p *Program) style(when string) style {
	switch {
	case when == "always":
		return style{true}
	case when == "never", p.Getenv("NO_COLOR") != "":
		return style{}
	case p.Getenv("CLICOLOR_FORCE") != "" && p.Getenv("CLICOLOR_FORCE") != "0":
		return style{true}
	}
	return style{p.Terminal.Out && p.Terminal.Err && p.Getenv("TERM") != "dumb"}
}

func (s style) paint(code, text string) string {
	if !s.on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// The colors are those of the terminal's own palette, so that they can be read on
// dark and on light ground.
func (s style) red(t string) string    { return s.paint("1;31", t) }
func (s style) yellow(t string) string { return s.paint("33", t) }
func (s style) green(t string) string  { return s.paint("32", t) }
func (s style) blue(t string) string   { return s.paint("34", t) }
func (s style) bold(t string) string   { return s.paint("1", t) }
func (s style) dim(t string) string    { return s.paint("2", t) }
