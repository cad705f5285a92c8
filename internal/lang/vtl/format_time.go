package vtl

import (
	"fmt"
	"strconv"
	"time"
)

// This file is the part of String.format that writes times: %tY and the like.
// The time zone is UTC, the language English.

// timeVerbs are the conversions after %t, and what they write in the terms of
// package time. Those without a layout are computed.
var timeVerbs = map[byte]string{
	'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "pm", 'z': "-0700", 'Z': "MST",
	'B': "January", 'b': "Jan", 'h': "Jan", 'A': "Monday", 'a': "Mon",
	'Y': "2006", 'y': "06", 'j': "002", 'm': "01", 'd': "02", 'e': "2",
	'R': "15:04", 'T': "15:04:05", 'r': "03:04:05 PM", 'D': "01/02/06", 'F': "2006-01-02", 'c': "Mon Jan 02 15:04:05 MST 2006",
	'k': "", 'l': "3", 'L': "", 'N': "", 's': "", 'Q': "", 'C': "",
}

// time writes a 64-bit integer, milliseconds since 1970, as a time.
func (f *verb) time(v Value) (string, error) {
	if v.kind == KindNull {
		return "null", nil
	}
	if v.kind != KindLong {
		return "", f.mismatch(v)
	}
	t := time.UnixMilli(int64(v.num)).UTC()
	if t.Year() < 0 || t.Year() > 9999 {
		return "", fmt.Errorf("found the time %d in the format, expected one of the years 0 to 9999", int64(v.num))
	}
	switch f.date {
	case 'k':
		return strconv.Itoa(t.Hour()), nil
	case 'L':
		return fmt.Sprintf("%03d", t.Nanosecond()/int(time.Millisecond)), nil
	case 'N':
		return fmt.Sprintf("%09d", t.Nanosecond()), nil
	case 's':
		return strconv.FormatInt(int64(v.num)/1000, 10), nil
	case 'Q':
		return strconv.FormatInt(int64(v.num), 10), nil
	case 'C':
		return fmt.Sprintf("%02d", t.Year()/100), nil
	}
	return t.Format(timeVerbs[f.date]), nil
}
