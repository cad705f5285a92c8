package lint

import "postern/internal/lang/vtl"

// directives are the words that do something, and those that people take for
// one, with what to write.
var directives = []string{"if", "elseif", "else", "end", "set", "foreach", "define", "break", "stop", "include", "parse", "literal"}

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
			// Names with a # are common in what is sent to databases, so
			// only what is one slip away is reported.
			d := near(p.Name, directives)
			if len(p.Name) < 4 || d == "" || distance(p.Name, d) > 1 {
				return
			}
			meant = "#" + d
		}
		if meant != "" {
			f.Help = "did you mean " + meant + "?"
		}
	}
	c.add(f, p.Offset, len(p.Source))
}
