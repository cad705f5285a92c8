package cfn

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
)

// compute calls a function that needs nothing but its arguments, none of which
// is void. It returns what is wrong in our words and those of AWS. A text
// longer than room is not made.
//
// See "Intrinsic function reference".
func compute(name string, args []any, room int) (v any, problem, aws string) {
	switch name {
	case "Fn::Join":
		return computeJoin(args, room)
	case "Fn::Split":
		return computeSplit(args, room)
	case "Fn::Select":
		return computeSelect(args)
	case "Fn::Cidr":
		return computeCIDR(args)
	case "Fn::Base64":
		s, ok := textOf(args[0])
		switch {
		case isUnknown(args[0]):
			return expression("Base64", args...), "", ""
		case !ok:
			return nil, fmt.Sprintf("found %s, expected a string", kindOf(args[0])), ""
		case base64.StdEncoding.EncodedLen(len(s)) > room:
			return nil, "the result is too long", ""
		}
		return base64.StdEncoding.EncodeToString([]byte(s)), "", ""
	case "Fn::Length":
		if isUnknown(args[0]) {
			return expression("Length", args...), "", ""
		}
		list, ok := args[0].([]any)
		if !ok {
			return nil, fmt.Sprintf("found %s, expected a list", kindOf(args[0])), ""
		}
		return json.Number(strconv.Itoa(len(list))), "", ""
	case "Fn::ToJsonString":
		return expression("ToJsonString", args...), "", ""
	}
	return nil, name + " is not a function", ""
}

func computeJoin(args []any, room int) (any, string, string) {
	const aws = "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."
	delimiter, ok := textOf(args[0])
	if !ok {
		return nil, fmt.Sprintf("found %s, expected a delimiter", kindOf(args[0])), aws
	}
	if isUnknown(args[1]) {
		return expression("Join", args...), "", ""
	}
	list, ok := args[1].([]any)
	if !ok {
		return nil, fmt.Sprintf("found %s, expected a list", kindOf(args[1])), aws
	}
	parts := make([]string, len(list))
	unknown, size := false, 0
	for i, v := range list {
		if u, ok := v.(Unknown); ok {
			parts[i], unknown = u.Text, true
		} else if parts[i], ok = textOf(v); !ok {
			return nil, fmt.Sprintf("element %d is %s, expected a string", i, kindOf(v)), aws
		}
		if size += len(parts[i]) + len(delimiter); size > room {
			return nil, "the result is too long", ""
		}
	}
	s := strings.Join(parts, delimiter)
	if unknown {
		return Unknown{s}, "", ""
	}
	return s, "", ""
}

func computeSplit(args []any, room int) (any, string, string) {
	const aws = "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split."
	delimiter, ok := textOf(args[0])
	if !ok || delimiter == "" {
		return nil, "expected a delimiter of at least one character", aws
	}
	if isUnknown(args[1]) {
		return expression("Split", args...), "", ""
	}
	s, ok := textOf(args[1])
	if !ok {
		return nil, fmt.Sprintf("found %s, expected a string", kindOf(args[1])), aws
	}
	if n := strings.Count(s, delimiter); n*16+len(s) > room {
		return nil, "the result is too long", ""
	}
	parts := strings.Split(s, delimiter)
	out := make([]any, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	return out, "", ""
}

func computeSelect(args []any) (any, string, string) {
	const aws = "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"
	text, ok := textOf(args[0])
	index, err := strconv.Atoi(text)
	if !ok || err != nil {
		return nil, fmt.Sprintf("found %s, expected the index of an element", kindOf(args[0])), aws
	}
	if isUnknown(args[1]) {
		return expression("Select", args...), "", ""
	}
	list, ok := args[1].([]any)
	if !ok {
		return nil, fmt.Sprintf("found %s, expected a list", kindOf(args[1])), aws
	}
	if index < 0 || index >= len(list) {
		return nil, fmt.Sprintf("index %d is outside a list of %d elements", index, len(list)),
			fmt.Sprintf("Template error: Fn::Select  cannot select nonexistent value at index %d", index)
	}
	return list[index], "", ""
}

// computeCIDR cuts a block into count blocks with bits host bits each.
//
// See "Fn::Cidr".
func computeCIDR(args []any) (any, string, string) {
	for _, a := range args {
		if isUnknown(a) {
			return expression("Cidr", args...), "", ""
		}
	}
	block, _ := textOf(args[0])
	prefix, err := netip.ParsePrefix(block)
	if err != nil {
		return nil, fmt.Sprintf("%s is not an address block such as 10.0.0.0/16", kindOf(args[0])), ""
	}
	text, _ := textOf(args[1])
	count, err := strconv.Atoi(text)
	if err != nil || count < 1 || count > 256 {
		return nil, fmt.Sprintf("%s is outside 1–256 blocks", kindOf(args[1])), ""
	}
	total, bits := prefix.Addr().BitLen(), 8
	if total == 128 {
		bits = 64
	}
	if len(args) == 3 {
		text, _ := textOf(args[2])
		if bits, err = strconv.Atoi(text); err != nil || bits < 0 || bits > total {
			return nil, fmt.Sprintf("%s is outside 0–%d bits", kindOf(args[2]), total), ""
		}
	}
	room := total - bits - prefix.Bits() // bits to number the blocks with
	if room < 0 || room < 9 && count > 1<<room {
		return nil, fmt.Sprintf("%s has no room for %d blocks of %d bits", block, count, bits), ""
	}
	base := new(big.Int).SetBytes(prefix.Masked().Addr().AsSlice())
	step := new(big.Int).Lsh(big.NewInt(1), uint(bits))
	out := make([]any, count)
	for i := range out {
		raw := make([]byte, total/8)
		addr, _ := netip.AddrFromSlice(base.FillBytes(raw))
		out[i] = netip.PrefixFrom(addr, total-bits).String()
		base.Add(base, step)
		if base.BitLen() > total {
			base.SetInt64(0) // behind the last block of all
		}
	}
	return out, "", ""
}
