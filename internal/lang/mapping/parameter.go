package mapping

import "strings"

// isName reports whether s can be the name of a parameter:
// ^[a-zA-Z0-9._$-]+$. [observed in the error message]
func isName(s string) bool {
	for i := range len(s) {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("._$-", c) >= 0
}
