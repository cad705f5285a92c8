package lint

import (
	"strings"

	"postern/internal/lang/vtl"
	"postern/internal/nearest"
)

// called are the directives with parentheses.
var called = []string{"define", "elseif", "foreach", "if", "include", "literal", "parse", "set"}

// foreignDirectives are the words that people take for directives, with what to
// write.
var foreignDirectives = map[string]string{
	"elsif":    "#elseif",
	"elif":     "#elseif",
	"endif":    "#end",
	"endfor":   "#end",
	"for":      "#foreach",
	"each":     "#foreach",
	"continue": "", // there is none
}

// word judges a #word that prints as it is.
func (c *checker) word(p vtl.Part) {
	f := Finding{Severity: Warning}
	switch p.Name {
	case "macro":
		f.Code = "V0304"
		f.Message = "found #macro, which defines nothing here: a call prints its own text"
		f.Help = "use #define($block) … #end, and print $block"
	case "evaluate":
		f.Code = "V0305"
		f.Message = "found #evaluate, which does not exist here and prints its own text"
	case "set":
		f.Code = "V0306"
		f.Message = "found #set without (, which prints as it is; expected #set($name = value)"
	default:
		f.Code = "V0306"
		f.Message = "found " + p.Source + ", which is no directive and prints as it is"
		meant, known := foreignDirectives[p.Name]
		if !known {
			if meant = c.meant(p); meant == "" {
				return
			}
		}
		if meant != "" {
			f.Help = "did you mean " + meant + "?"
		}
	}
	c.add(f, p.Offset, len(p.Source))
}

// meant returns the directive that a word was probably to be, or "". Names with
// a # are common in what is sent to databases, so that a word counts only if it
// is called, or if it is nearly #else.
func (c *checker) meant(p vtl.Part) string {
	candidates := []string{"else"}
	if strings.HasPrefix(strings.TrimLeft(c.text[p.Offset+len(p.Source):], " \t"), "(") {
		candidates = called
	}
	const shortest = 3 // letters
	if len(p.Name) < shortest {
		return ""
	}
	if d := nearest.Word(p.Name, candidates); d != "" {
		return "#" + d
	}
	return ""
}
