package redact

import "strings"

// The lengths of numbers in people's JSON, in digits.
const (
	// telling is how many digits a number must have to be able to tell whose it
	// is: the shortest telephone numbers that mapping knows have as many.
	telling = 5
	// counting is how many digits before a decimal point stay: those of degrees.
	// A place so stays within a degree, and a location one that can be mapped.
	counting = 3
)

// number replaces the digits of a number that may be somebody's.
func (w *rewriter) number(s string) string {
	digits := 0
	for _, r := range s {
		if isDigit(r) {
			digits++
		}
	}
	if digits < telling {
		return s
	}
	return w.digits(s)
}

// digits replaces the digits of a number: those before its point, if they are
// more than count something, and those behind it.
func (w *rewriter) digits(s string) string {
	sign := s[:len(s)-len(strings.TrimLeft(s, "+-"))]
	s = s[len(sign):]
	exponent := ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		s, exponent = s[:i], s[i:]
	}
	whole, fraction, point := strings.Cut(s, ".")
	if len(whole) > counting {
		whole = w.line(whole)
	}
	if point {
		fraction = "." + outside(isZero, w.line, fraction)
	}
	return sign + whole + fraction + exponent
}

// isZero reports whether s are zeros, which make a number no larger: 90.000
// stays a latitude.
func isZero(s string) bool { return strings.Trim(s, "0") == "" }

// isNumber reports whether s is written as numbers are.
func isNumber(s string) bool {
	s = strings.TrimLeft(s, "+-")
	return s != "" && s[0] >= '0' && s[0] <= '9' && strings.Trim(s, "+-.0123456789eE") == ""
}
