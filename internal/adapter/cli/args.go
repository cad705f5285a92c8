package cli

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// lists are the flags that take several values, as the AWS CLI does:
// --parameters A=1 B=2.
var lists = []string{"--parameters", "--parameter-overrides", "--var", "--vpc-link", "--endpoint", "--tags"}

// spreadLists repeats such a flag before each of its values. The number of
// --traces, which it need not have, becomes a part of it.
func spreadLists(args []string) []string {
	var out []string
	flag, first := "", false // the flag whose values these are; none has come yet
	for i, a := range args {
		switch {
		case i > 0 && args[i-1] == "--traces" && strings.Trim(a, "0123456789") == "" && a != "":
			out[len(out)-1] += "=" + a
		case a == "--":
			return append(out, args[i:]...)
		case strings.HasPrefix(a, "-") && a != "-":
			name, _, whole := strings.Cut(a, "=")
			flag, first = "", false
			if slices.Contains(lists, name) {
				flag, first = name, !whole
			}
			if !first || i+1 == len(args) {
				out = append(out, a)
			}
		case flag != "" && (first || isPair(a)):
			out = append(out, flag, a)
			first = false
		default:
			flag = ""
			out = append(out, a)
		}
	}
	return out
}

// isPair reports whether a is Key=Value rather than the name of a file.
func isPair(a string) bool {
	key, _, ok := strings.Cut(a, "=")
	return ok && key != "" && !strings.HasPrefix(key, "./") && !strings.HasPrefix(key, "../")
}

// pairs reads Key=Value, and ParameterKey=…,ParameterValue=… as the AWS CLI
// writes it.
func pairs(flag string, args []string) (map[string]string, error) {
	out := map[string]string{}
	for _, a := range args {
		key, value, ok := strings.Cut(a, "=")
		if rest, long := strings.CutPrefix(a, "ParameterKey="); long {
			key, value, ok = strings.Cut(rest, ",ParameterValue=")
		}
		if !ok || key == "" {
			return nil, usage("write "+flag+" Key=Value", "%s: found %q, expected Key=Value", flag, cutText(a, 80))
		}
		if _, twice := out[key]; twice {
			return nil, usage("", "%s: %s is given twice", flag, key)
		}
		out[key] = value
	}
	return out, nil
}

// links reads the targets of VPC links.
func links(args []string) (map[string]string, error) {
	out, err := pairs("--vpc-link", args)
	if err != nil {
		return nil, err
	}
	for key, address := range out {
		host, port, err := net.SplitHostPort(address)
		if err != nil || host == "" || port == "" {
			return nil, usage("", "--vpc-link %s: found %q, expected host:port", key, cutText(address, 80))
		}
	}
	return out, nil
}

func cutText(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return fmt.Sprintf("%s…", string(r[:n]))
}

// endpoints reads where services of AWS are.
func endpoints(args []string) (map[string]string, error) {
	out, err := pairs("--endpoint", args)
	if err != nil {
		return nil, err
	}
	for service, base := range out {
		u, err := url.Parse(base)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return nil, usage("", "--endpoint %s: found %q, expected an address such as http://127.0.0.1:8000", cutText(service, 40), cutText(base, 80))
		}
	}
	return out, nil
}
