// Package javaregexp matches whole texts with the regular expressions of Java,
// as the selection pattern of an integration response is written.
//
// A pattern is parsed here and translated; two engines run the result.
//
//   - Go's regexp, in linear time, where the pattern describes a regular
//     language. Nearly every selection pattern does: 5\d{2}, .*Error.*,
//     (\n|.)+, (?i)not found.*, [a-z&&[^aeiou]]+.
//   - regexp2, which backtracks, for look-around, back references, atomic
//     groups, possessive quantifiers, \X and a $ before the end. Its work is
//     limited in time and in memory; beyond the limit a text does not match.
//
// Neither engine sees Java's notation: a class, a property, a flag or a quoted
// part is resolved to a set of characters while parsing. So the meaning is
// Java's, also where the notations collide:
//
//	.              any character but \n \r \u0085 \u2028 \u2029; (?d) only \n, (?s) none
//	$ \Z           the end, or before a line terminator at the end
//	[a-z&&[^aeiou]] intersection; [[:alpha:]] is a set in a set, not POSIX
//	\p{Alpha}      ASCII, unless (?U); \p{IsAlphabetic}, \p{javaLowerCase}: Unicode
//	\w \d \s       ASCII, unless (?U); \h \v horizontal and vertical white space
//	(?i)           ASCII, unless (?u)
//	\b             Unicode letters and digits, as before Java 19
//
// Differences from Java 17 that remain:
//
//   - Character properties are those of Go's Unicode version.
//   - Look-behind may have any length; Java refuses some.
//   - \N{name}, \b{g}, \p{javaMirrored} and most Unicode blocks are refused.
//   - A text is read as UTF-8, so that no text holds half a surrogate pair and
//     \uD800 matches nothing.
//   - \R under a quantifier may also take \r\n for two line breaks.
//   - (?iu)ß matches the capital ẞ also where it stands alone.
//   - (?c) is read and has no effect.
//
// See "java.util.regex.Pattern" of Java 17, and for its use "Set up an
// integration response in API Gateway".
package javaregexp
